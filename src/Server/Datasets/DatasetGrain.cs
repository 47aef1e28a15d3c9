using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Datasets;

/// <summary>One data set.</summary>
internal sealed class DatasetGrain(TimeProvider time) : Grain<Dataset>
{
    public ValueTask<Dataset> Take(DatasetUploaded upload, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Dataset.Take(state, upload), ct);

    public ValueTask<Dataset> Verify(string? damage, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Dataset.Verify(state, damage, time.GetUtcNow()), ct);

    public ValueTask<Dataset> Note(DatasetValidated validated, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Dataset.Note(state, Id.Key, validated), ct);

    public async ValueTask<Dataset> Delete(Origin origin, CancellationToken ct)
    {
        var state = await Raise(origin, state => Dataset.Delete(state, Id.Key, time.GetUtcNow()), ct);
        await Store.Attachments.Delete(new StreamKey(Id.Tenant, Id.Key), ct);
        return state;
    }
}
