using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Detectors;

/// <summary>One detector.</summary>
internal sealed class DetectorGrain(TimeProvider time) : Grain<Detector>
{
    /// <summary>Under which name the bytes of a training's model lie beside the stream.</summary>
    public static string ModelAttachment(string trainingId) => $"model/{trainingId}";

    public ValueTask<Detector> Create(DetectorCreated wanted, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Detector.Create(state, wanted), ct);

    /// <param name="change">Makes the new configuration from the present one.</param>
    /// <param name="expectedVersion">What <c>If-Match</c> says; null when the caller does not care.</param>
    /// <param name="origin">Who asked.</param>
    /// <param name="ct">The turn's token.</param>
    public async ValueTask<(Detector State, long Version)> Update(
        Func<Detector, DetectorUpdated> change, long? expectedVersion, Origin origin, CancellationToken ct)
    {
        var state = await Raise(
            origin,
            state => expectedVersion is { } expected && expected != Version
                ? throw new Problem(ProblemKind.PreconditionFailed, $"The detector is at version {Version}, not {expected}.", "If-Match", $"\"{Version}\"")
                : Detector.Update(state, Id.Key, change(state)),
            ct);
        return (state, Version);
    }

    public ValueTask<Detector> BeginTraining(string trainingId, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Detector.BeginTraining(state, Id.Key, trainingId, time.GetUtcNow()), ct);

    /// <summary>Takes a model into service; its bytes are stored with the event.</summary>
    public ValueTask<Detector> Adopt(TrainedModel model, byte[] bytes, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Detector.Adopt(state, model), ct, [new Attachment(ModelAttachment(model.TrainingId), 0, bytes)]);

    public ValueTask<Detector> EndTraining(string trainingId, string reason, bool failed, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Detector.EndTraining(state, trainingId, reason, failed, time.GetUtcNow()), ct);

    public ValueTask<Detector> Delete(Origin origin, CancellationToken ct) =>
        Raise(origin, state => Detector.Delete(state, Id.Key, time.GetUtcNow()), ct);
}
