using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>One data set.</summary>
internal sealed class DatasetGrain(TimeProvider time) : Grain<Dataset>
{
    public ValueTask<Dataset> Take(DatasetUploaded upload, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Dataset.Take(state, upload), ct);

    public ValueTask<Dataset> Verify(string? damage, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Dataset.Verify(state, damage, time.GetUtcNow()), ct);

    public ValueTask<Dataset> Note(DatasetValidated validated, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Dataset.Note(state, Id.Key, validated), ct);

    public async ValueTask<Dataset> Delete(EventMetadata metadata, CancellationToken ct)
    {
        var state = await Raise(metadata, state => Dataset.Delete(state, Id.Key, time.GetUtcNow()), ct);
        await Store.Attachments.Delete(new StreamKey(Id.Tenant, Id.Key), ct);
        return state;
    }
}
