using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <inheritdoc cref="IModelTrainingGrain"/>
internal sealed class ModelTrainingGrain(
    AggregateStore aggregates, BackgroundWork work, ModelTrainingWork training, TimeProvider time, ILogger<ModelTrainingGrain> logger)
    : WorkingGrain<ModelTraining>(aggregates, work, logger), IModelTrainingGrain
{
    /// <inheritdoc/>
    public Task<long> Submit(TrainingRequested requested, CancellationToken ct) => Raise(
        state => ModelTraining.Submit(state, requested), ct,
        beside: _ => OnDetector(requested.DetectorId, detector =>
            Detector.BeginTraining(detector, requested.DetectorId, requested.Id, time.GetUtcNow()), ct));

    /// <inheritdoc/>
    public Task<long> Start(CancellationToken ct) => Raise(state => ModelTraining.Start(state, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public Task<long> Report(double progress, string step, ClassificationMetrics metrics, CancellationToken ct) =>
        Raise(state => ModelTraining.Report(state, progress, step, metrics, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public Task<long> Complete(TrainingCompleted completed, TrainedModel model, Immutable<byte[]> bytes, CancellationToken ct) => Raise(
        state => ModelTraining.Complete(state, completed), ct,
        beside: state => OnDetector(
            state.Requested.DetectorId, detector =>
                Detector.Adopt(detector, model), ct, [new BulkBytes(Detector.ModelBytes(model.TrainingId), 0, bytes.Value)]));

    /// <inheritdoc/>
    public Task<long> Fail(string reason, CancellationToken ct) => Raise(
        state => ModelTraining.Fail(state, reason, time.GetUtcNow()), ct, beside: state => EndOnDetector(state, reason, failed: true, ct));

    /// <inheritdoc/>
    public Task<long> Cancel(CancellationToken ct) => Raise(
        state => ModelTraining.Cancel(state, StreamId, time.GetUtcNow()), ct, beside: state =>
            EndOnDetector(state, "cancelled", failed: false, ct));

    /// <inheritdoc/>
    protected override bool NeedsWork(ModelTraining state) => state is { Request: not null, Ended: false };

    /// <inheritdoc/>
    protected override Task Work(string tenant, ModelTraining state, CancellationToken ct) => training.Run(tenant, state.Requested, ct);

    private Task<IReadOnlyList<StreamAppend>> EndOnDetector(ModelTraining state, string reason, bool failed, CancellationToken ct) =>
        OnDetector(state.Requested.DetectorId, detector => Detector.EndTraining(detector, StreamId, reason, failed, time.GetUtcNow()), ct);

    private async Task<IReadOnlyList<StreamAppend>> OnDetector(
        string detectorId, Func<Detector, IReadOnlyList<IDomainEvent>> decide, CancellationToken ct, IReadOnlyList<BulkBytes>? bulk = null)
    {
        var detector = await Aggregates.Load<Detector>(Tenant, detectorId, ct);
        var events = decide(detector);
        return events.Count == 0 ? [] : [StreamAppend.On(Tenant, detectorId, detector, events, bulk)];
    }
}
