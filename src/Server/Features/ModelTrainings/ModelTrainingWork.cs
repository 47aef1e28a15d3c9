using System.Diagnostics;
using System.Threading.Channels;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Compute;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>
/// The work of a training: load, fit, evaluate, hand the model over. Run again from the beginning it makes the same model and the same
/// decisions, so a silo may die in the middle of it.
/// </summary>
internal sealed partial class ModelTrainingWork(
    IGrainFactory grains, DatasetReadiness readiness, DatasetRows rows, Computation computation, BuildInfo build,
    ProductTelemetry telemetry, TimeProvider time, ILogger<ModelTrainingWork> logger)
{
    private const int MaxLeftOutNamed = 100;

    /// <summary>Trains, and reports what became of it to the training's grain.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="request">What to train.</param>
    /// <param name="ct">Stops it.</param>
    public async Task Run(string tenant, TrainingRequested request, CancellationToken ct)
    {
        using var observed = telemetry.Training(request.Id, RequestMetadata.Current.CorrelationId);
        var grain = grains.Of<IModelTrainingGrain>(tenant, request.Id);
        try
        {
            await grain.Start(ct);
            await Train(tenant, grain, request, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && !TransientFailure.Is(e))
        {
            LogFailed(e, request.Id);
            await grain.Fail(e is Problem or ParameterException or InvalidDataException
                ? e.Message : "The training failed on the server; see its log.", CancellationToken.None);
        }
    }

    private async Task Train(string tenant, IModelTrainingGrain grain, TrainingRequested request, CancellationToken ct)
    {
        await using var report = new ProgressReport(grain);
        report.Say(0.01, "loading");
        var dataset = await readiness.Wait(tenant, request.DatasetId, ct);
        var manifest = await rows.Manifest(tenant, dataset.Uploaded, ct);
        var inputs = manifest.InputNames(dataset.Uploaded.LabelColumn, request.Options.Prepared);
        if (inputs.Count == 0)
        {
            throw new Problem(ProblemKind.Invalid, "The data set has no column to learn from.");
        }

        var (matrix, columns, labels) = await rows.Load(tenant, dataset.Uploaded, inputs, ct);
        report.Say(0.05, "fitting");
        var started = time.GetUtcNow();
        var clock = Stopwatch.StartNew();
        var share = request.Options.Folds > 0 ? 0.5 : 0.85;
        var fitted = await computation.InBackground(
            tenant, () => ModelFitting.Fit(matrix, columns, labels, request, new Share(report, 0.05, share, "fitting"), ct), ct);
        var seconds = clock.Elapsed.TotalSeconds;
        report.Say(0.05 + share, "validation", fitted.Metrics);
        var crossValidation = request.Options.Folds == 0 ? null : await computation.InBackground(
            tenant, () => ModelFitting.CrossValidate(
                matrix, columns, labels, request, done =>
                    report.Say(0.55 + (0.4 * done / request.Options.Folds), "cross_validation", fitted.Metrics), ct),
            ct);
        report.Say(0.96, "saving", fitted.Metrics);
        var model = new TrainedModel(
            0, request.Id, dataset.Id, request.Algorithm, request.Parameters, request.Seed, fitted.Sha256,
            fitted.Bytes.Length, inputs.Count,
            fitted.Threshold, fitted.Rows, fitted.Metrics, build.Version, started, time.GetUtcNow(), seconds);
        await report.DisposeAsync();
        var result = new TrainingCompleted(
            fitted.Sha256, fitted.Rows, fitted.Rows * inputs.Count,
            LeftOut(manifest, dataset.Uploaded.LabelColumn, request.Options.Prepared), fitted.Metrics,
            crossValidation, seconds, time.GetUtcNow());
        await grain.Complete(result, model, new Immutable<byte[]>(fitted.Bytes), ct);
    }

    private static Dictionary<string, string> LeftOut(DatasetManifest manifest, string? label, PreprocessingOptions options) =>
        manifest.Profile.Columns
        .Select(column =>
            (column.Name, Reason: column.Name == label
                ? "the label" : Preprocessing.WhyLeftOut(column, manifest.Profile.RowCount, options)))
        .Where(column => column.Reason is not null)
        .Take(MaxLeftOutNamed)
        .ToDictionary(column => column.Name, column => column.Reason!);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Training {Training} failed")]
    private partial void LogFailed(Exception exception, string training);

    /// <summary>A part of the whole progress.</summary>
    private sealed class Share(ProgressReport report, double from, double share, string step) : IProgress<double>
    {
        public void Report(double value) => report.Say(from + (share * Math.Clamp(value, 0, 1)), step);
    }

    /// <summary>Carries progress from the threads that compute to the grain, the newest only, one call at a time.</summary>
    private sealed class ProgressReport : IAsyncDisposable
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
        private readonly Channel<(double Progress, string Step, ClassificationMetrics Metrics)> _said =
            Channel.CreateBounded<(double, string, ClassificationMetrics)>(new BoundedChannelOptions(1)
            { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        private readonly Task _carrying;

        public ProgressReport(IModelTrainingGrain grain) => _carrying = Carry(grain);

        public void Say(double progress, string step, ClassificationMetrics? metrics = null) =>
            _said.Writer.TryWrite((progress, step, metrics ?? ClassificationMetrics.Unknown));

        public async ValueTask DisposeAsync()
        {
            _said.Writer.TryComplete();
            await _carrying;
        }

        private async Task Carry(IModelTrainingGrain grain)
        {
            await foreach (var (progress, step, metrics) in _said.Reader.ReadAllAsync())
            {
                await grain.Report(progress, step, metrics, CancellationToken.None);
                await Task.WhenAny(Task.Delay(Pause), _said.Reader.Completion);
            }
        }
    }
}
