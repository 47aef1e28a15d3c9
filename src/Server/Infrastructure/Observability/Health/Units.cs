namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>The contracts' units.</summary>
internal static class Units
{
    /// <summary>A fraction in percent.</summary>
    public static double Percent(double fraction) => Math.Round(100 * fraction, 2);

    /// <summary>Bytes in MB of 2^20 bytes.</summary>
    public static double Megabytes(long bytes) => Math.Round(bytes / 1048576.0, 1);
}
