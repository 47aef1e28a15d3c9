using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>One detector.</summary>
internal sealed class DetectorGrain(TimeProvider time) : Grain<Detector>
{
    /// <summary>Under which name the bytes of a training's model lie beside the stream.</summary>
    public static string ModelAttachment(string trainingId) => $"model/{trainingId}";

    public ValueTask<Detector> Create(DetectorCreated wanted, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Detector.Create(state, wanted), ct);

    /// <param name="change">Makes the new configuration from the present one.</param>
    /// <param name="expectedVersion">What <c>If-Match</c> says; null when the caller does not care.</param>
    /// <param name="metadata">Who asked.</param>
    /// <param name="ct">The turn's token.</param>
    public async ValueTask<(Detector State, long Version)> Update(
        Func<Detector, DetectorUpdated> change, long? expectedVersion, EventMetadata metadata, CancellationToken ct)
    {
        var state = await Raise(
            metadata,
            state => expectedVersion is { } expected && expected != Version
                ? throw new Problem(ProblemKind.PreconditionFailed, $"The detector is at version {Version}, not {expected}.", "If-Match", $"\"{Version}\"")
                : Detector.Update(state, Id.Key, change(state)),
            ct);
        return (state, Version);
    }

    public ValueTask<Detector> BeginTraining(string trainingId, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Detector.BeginTraining(state, Id.Key, trainingId, time.GetUtcNow()), ct);

    /// <summary>Takes a model into service; its bytes are stored with the event.</summary>
    public ValueTask<Detector> Adopt(TrainedModel model, byte[] bytes, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Detector.Adopt(state, model), ct, [new Attachment(ModelAttachment(model.TrainingId), 0, bytes)]);

    public ValueTask<Detector> EndTraining(string trainingId, string reason, bool failed, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Detector.EndTraining(state, trainingId, reason, failed, time.GetUtcNow()), ct);

    public ValueTask<Detector> Delete(EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Detector.Delete(state, Id.Key, time.GetUtcNow()), ct);
}
