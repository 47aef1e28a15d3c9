using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EventSourcedAnomaly.EventLog;

/// <summary>
/// What a log says of its own work, to whoever listens: a meter and an activity source of the name <see cref="Name"/>. Each
/// log has a meter of its own, which ends with it.
/// </summary>
public sealed class LogTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "EventSourcedAnomaly.EventLog";

    internal static readonly ActivitySource Activities = new(Name);
    private static readonly KeyValuePair<string, object?> Committed = new("outcome", "committed");
    private static readonly KeyValuePair<string, object?> Rejected = new("outcome", "conflict");
    private static readonly KeyValuePair<string, object?> Failed = new("outcome", "failed");

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _appends;
    private readonly Histogram<int> _batchEvents;
    private readonly Histogram<double> _commitDuration;

    internal LogTelemetry(Func<long> head)
    {
        _appends = _meter.CreateCounter<long>("esa.log.appends", "{append}", "Appends that were answered, by outcome.");
        _batchEvents = _meter.CreateHistogram(
            "esa.log.batch.size", "{event}", "Events that one commit gathered.", null, new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500] });
        _commitDuration = _meter.CreateHistogram(
            "esa.log.commit.duration", "s", "How long a commit took.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5] });
        _meter.CreateObservableGauge("esa.log.head", head, "{event}", "The last sequence number that this silo has heard of.");
    }

    /// <summary>Adds the distance of each subscription that this silo runs from the head of the log.</summary>
    internal void ObserveSubscriptions(Func<IEnumerable<(string Name, long Lag)>> lags) => _meter.CreateObservableGauge(
        "esa.subscription.lag", () => lags().Select(lag => new Measurement<long>(lag.Lag, new KeyValuePair<string, object?>("subscription", lag.Name))),
        "{event}", "Events that a subscription has yet to deal with.");

    internal void BatchCommitted(int events, int rejected, int accepted, TimeSpan duration)
    {
        _batchEvents.Record(events);
        _commitDuration.Record(duration.TotalSeconds);
        _appends.Add(accepted, Committed);
        if (rejected > 0)
        {
            _appends.Add(rejected, Rejected);
        }
    }

    internal void BatchFailed(int appends) => _appends.Add(appends, Failed);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
