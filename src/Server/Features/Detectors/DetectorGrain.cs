using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <inheritdoc cref="IDetectorGrain"/>
internal sealed class DetectorGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<Detector>(aggregates), IDetectorGrain
{
    /// <inheritdoc/>
    public Task<long> Create(DetectorCreated created, CancellationToken ct) => Raise(state => Detector.Create(state, created), ct);

    /// <inheritdoc/>
    public Task<long> Configure(ConfigureDetector change, CancellationToken ct) =>
        Raise(state => Detector.Configure(state, StreamId, change, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public Task<long> Delete(CancellationToken ct) => Raise(state => Detector.Delete(state, StreamId, time.GetUtcNow()), ct);
}
