using System.Diagnostics;
using System.Diagnostics.Metrics;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability;

/// <summary>What the product says of its own work, beside what ASP.NET Core, Npgsql, the runtime and the engines say of theirs.</summary>
internal sealed class ProductTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "EventSourcedAnomaly";

    private static readonly ActivitySource Activities = new(Name);
    private readonly Meter _meter;
    private readonly UpDownCounter<long> _trainingsRunning;
    private readonly Histogram<double> _trainingDuration;
    private readonly Counter<long> _detections;
    private readonly Counter<long> _rowsScored;

    public ProductTelemetry(IMeterFactory meters, BuildInfo build, MachineLoad load)
    {
        _meter = meters.Create(Name, build.Release);
        _trainingsRunning = _meter.CreateUpDownCounter<long>("esa.trainings.running", "{training}", "Trainings that run on this silo.");
        _trainingDuration = _meter.CreateHistogram(
            "esa.training.duration", "s", "How long a training ran on this silo.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 7200] });
        _detections = _meter.CreateCounter<long>("esa.detections", "{detection}", "Detections that were recorded.");
        _rowsScored = _meter.CreateCounter<long>("esa.rows.scored", "{row}", "Rows that were judged.");
        _meter.CreateObservableGauge(
            "esa.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", build.Version)),
            description: "Always 1; the label says which build runs.");
        _meter.CreateObservableGauge("esa.machine.cpu.utilization", () =>
            load.Now.Cpu, "1", "The share of the machine's processor time in use.");
        _meter.CreateObservableGauge("esa.machine.memory.utilization", () =>
            load.Now.Memory, "1", "The share of the machine's memory in use.");
        _meter.CreateObservableGauge("esa.machine.disk.utilization", () =>
            load.Now.Disk, "1", "The share of the data directory's disk in use.");
    }

    /// <summary>Adds the lag of what follows the log.</summary>
    public void ObserveSubscriptionLag(Func<IEnumerable<Measurement<long>>> lags) =>
        _meter.CreateObservableGauge("esa.subscription.lag",
            lags, "{event}", "Events that a subscription or projection has yet to take in.");

    /// <summary>A detection was recorded.</summary>
    /// <param name="rows">How many rows it judged.</param>
    public void Detected(long rows)
    {
        _detections.Add(1);
        _rowsScored.Add(rows);
    }

    /// <summary>A training runs from now until the result is disposed of.</summary>
    public IDisposable Training(string id, string? correlationId)
    {
        var activity = Activities.StartActivity("training");
        activity?.SetTag("esa.training", id);
        activity?.SetTag("correlation_id", correlationId);
        _trainingsRunning.Add(1);
        return new RunningTraining(this, activity, Stopwatch.GetTimestamp());
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private sealed class RunningTraining(ProductTelemetry telemetry, Activity? activity, long started) : IDisposable
    {
        public void Dispose()
        {
            telemetry._trainingsRunning.Add(-1);
            telemetry._trainingDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            activity?.Dispose();
        }
    }
}
