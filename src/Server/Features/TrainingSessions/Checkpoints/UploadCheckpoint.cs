using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>
/// <c>POST /api/v1/checkpoints</c>: a file becomes a checkpoint of a session. It is stored as it comes, in constant memory, and nothing of it
/// stays when it does not arrive whole.
/// </summary>
internal static class UploadCheckpoint
{
    /// <param name="File">The checkpoint's bytes.</param>
    /// <param name="SessionId">The session.</param>
    /// <param name="Epoch">The epoch whose end it is, from 0.</param>
    /// <param name="Metrics">What was measured of it, a JSON object of numbers; unless told, what the session reported of the epoch.</param>
    public sealed record Request(IFormFile File, string SessionId, int Epoch, string? Metrics = null);

    public sealed record Response(
        string CheckpointId, string SessionId, int Epoch, double FileSizeMb, long FileSizeBytes, string FileName, string Sha256, bool IsBest, DateTimeOffset UploadedAt);

    public static async Task<IResult> Handle(HttpContext http, CheckpointIntake intake)
    {
        var (session, saved) = await intake.Take(http);
        return Reply.Created(
            $"/api/v1/checkpoints/{saved.Id}",
            new Response(
                saved.Id, session.Made.Id, saved.Epoch, CheckpointQueries.Megabytes(saved.Size), saved.Size, saved.FileName, saved.Sha256,
                session.Checkpoints.Best == saved.Id, saved.SavedAt),
            "Checkpoint uploaded");
    }
}

/// <summary>Takes uploads in, each with a connection of its own, and so only some at once.</summary>
internal sealed class CheckpointIntake(
    CheckpointBytes bytes, TrainingSessionQueries sessions, MetricPoints points, Silo silo, ServerSettings settings, TimeProvider time) : IDisposable
{
    private const int AtOnce = 16;
    private const long LargestForm = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _places = new(AtOnce);

    /// <summary>Receives, stores and records one.</summary>
    public async Task<(TrainingSession Session, CheckpointSaved Saved)> Take(HttpContext http)
    {
        if (http.Request.ContentLength > settings.MaxUploadBytes + LargestForm)
        {
            throw new Problem(ProblemKind.TooLarge, $"file: at most {settings.MaxUploadBytes} bytes.", "file", $"at most {settings.MaxUploadBytes} bytes");
        }

        if (!await _places.WaitAsync(Patience, http.RequestAborted))
        {
            throw new Problem(ProblemKind.Unavailable, $"{AtOnce} checkpoints are being uploaded already; try again shortly.") { RetryAfter = Patience };
        }

        try
        {
            return await Receive(http, http.Tenant(), http.RequestAborted);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private async Task<(TrainingSession Session, CheckpointSaved Saved)> Receive(HttpContext http, string tenant, CancellationToken ct)
    {
        await using var writing = await bytes.Begin(tenant, ResourceId.New("ckpt"), http.Request.ContentLength ?? 0, ct);
        var form = await CheckpointForm.Receive(http, known => sessions.Get(tenant, known.SessionId, ct), file => writing.Write(file, settings.MaxUploadBytes, ct));
        if (writing.Size == 0)
        {
            throw Problem.Invalid("file", "at least one byte");
        }

        var metrics = form.Has("metrics") ? form.Metrics : await points.Of(new StreamKey(tenant, form.SessionId), form.Epoch, ct);
        var wanted = new CheckpointSaved(
            writing.Id, form.Epoch, form.FileName!, writing.Size, writing.Sha256, writing.PartsSha256, metrics, null, null, null, false, time.GetUtcNow());
        await writing.Assign(form.SessionId, ct);
        var session = await silo.Grain<TrainingSessionGrain>(tenant, form.SessionId).Call((grain, token) => grain.SaveCheckpoint(wanted, http.EventMetadata(), token), CancellationToken.None);
        await writing.Keep();
        return (session, wanted);
    }
}
