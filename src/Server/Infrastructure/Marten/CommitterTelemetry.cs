using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>What the committer says of its own work: a meter and an activity source of the name <see cref="Name"/>.</summary>
public sealed class CommitterTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "EventSourcedAnomaly.EventLog";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly KeyValuePair<string, object?> Committed = new("outcome", "committed");
    private static readonly KeyValuePair<string, object?> Rejected = new("outcome", "conflict");
    private static readonly KeyValuePair<string, object?> Failed = new("outcome", "failed");

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _appends;
    private readonly Histogram<int> _batchEvents;
    private readonly Histogram<double> _commitDuration;

    /// <summary>Creates the instruments.</summary>
    public CommitterTelemetry()
    {
        _appends = _meter.CreateCounter<long>("esa.log.appends", "{append}", "Appends that were answered, by outcome.");
        _batchEvents = _meter.CreateHistogram(
            "esa.log.batch.size", "{event}", "Events that one commit gathered.", null,
            new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500] });
        _commitDuration = _meter.CreateHistogram(
            "esa.log.commit.duration", "s", "How long a commit took.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5] });
    }

    /// <summary>Adds the high-water mark that this silo has heard of.</summary>
    internal void ObserveHighWaterMark(Func<long> mark) =>
        _meter.CreateObservableGauge("esa.log.high_water_mark", mark, "{event}", "The last sequence number that this silo has heard of.");

    internal static Activity? StartAppend(AppendRequest request)
    {
        var activity = Activities.StartActivity("append", ActivityKind.Client);
        activity?.SetTag("esa.stream", request.Streams[0].Stream.Id);
        activity?.SetTag("esa.event_count", request.EventCount);
        activity?.SetTag("correlation_id", request.Metadata.CorrelationId);
        return activity;
    }

    internal void BatchCommitted(int events, int accepted, int rejected, TimeSpan duration)
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
