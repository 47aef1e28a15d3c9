using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EventSourcedAnomaly.Actors;

/// <summary>
/// What a silo says of its own work, to whoever listens: a meter and an activity source of the name <see cref="Name"/>. Each
/// silo has a meter of its own, which ends with it.
/// </summary>
public sealed class SiloTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "EventSourcedAnomaly.Actors";

    internal static readonly ActivitySource Activities = new(Name);
    private readonly Meter _meter = new(Name);

    internal SiloTelemetry(Func<int> activations)
    {
        Turns = _meter.CreateCounter<long>("esa.grain.turns", "{turn}", "Turns that grains had, by kind of grain.");
        _meter.CreateObservableUpDownCounter("esa.grain.activations", activations, "{activation}", "Grains that are active.");
    }

    internal Counter<long> Turns { get; }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
