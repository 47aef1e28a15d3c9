using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>Takes uploads in, each with a connection of its own, and so only some at once.</summary>
internal sealed class CheckpointIntake(
    CheckpointBytes bytes, TrainingSessionQueries sessions, MetricPoints points, IGrainFactory grains, ServerSettings settings,
    TimeProvider time) : IDisposable
{
    private const int MaxUploads = 16, MaxUploadsOfTenant = 4;
    private const long LargestForm = 1 << 20;
    private readonly TenantSlots _slots = new("uploads of checkpoints", MaxUploads, MaxUploadsOfTenant, TimeSpan.FromSeconds(10));

    /// <summary>Receives, stores and records one.</summary>
    public async Task<(TrainingSession Session, CheckpointSaved Saved)> Take(HttpContext http)
    {
        if (http.Request.ContentLength > settings.MaxUploadBytes + LargestForm)
        {
            throw new Problem(ProblemKind.TooLarge, $"file: at most {settings.MaxUploadBytes} bytes.",
                "file", $"at most {settings.MaxUploadBytes} bytes");
        }

        using var slot = await _slots.Take(http.Tenant(), http.RequestAborted);
        return await Receive(http, http.Tenant(), http.RequestAborted);
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<(TrainingSession Session, CheckpointSaved Saved)> Receive(HttpContext http, string tenant, CancellationToken ct)
    {
        await using var writing = await bytes.Begin(tenant, ResourceId.New("ckpt"), http.Request.ContentLength ?? 0, ct);
        var form = await CheckpointForm.Receive(http, known =>
            sessions.Get(tenant, known.SessionId, ct), file => writing.Write(file, settings.MaxUploadBytes, ct));
        if (writing.Size == 0)
        {
            throw Problem.Invalid("file", "at least one byte");
        }

        var metrics = form.Has("metrics") ? form.Metrics : await points.Of(new StreamKey(tenant, form.SessionId), form.Epoch, ct);
        var wanted = new CheckpointSaved(
            writing.Id, form.Epoch, form.FileName!, writing.Size, writing.Sha256, writing.PartsSha256, metrics, null, null,
            null, false, time.GetUtcNow());
        await writing.Assign(form.SessionId, ct);
        await grains.Of<ITrainingSessionGrain>(tenant, form.SessionId).SaveCheckpoint(wanted, CancellationToken.None);
        await writing.Keep();
        var session = await sessions.Get(tenant, form.SessionId, CancellationToken.None);
        return (session, wanted);
    }
}
