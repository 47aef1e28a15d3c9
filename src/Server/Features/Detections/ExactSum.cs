namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>
/// Fractions as projections add them up: the sum of doubles depends on how events were grouped, that of decimals does not.
/// </summary>
internal static class ExactSum
{
    private const int Digits = 9;

    /// <summary>A number to nine digits behind the point.</summary>
    public static decimal Of(double value) => Math.Round((decimal)value, Digits);
}
