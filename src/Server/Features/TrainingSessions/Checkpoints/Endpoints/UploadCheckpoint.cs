using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints.Endpoints;

/// <summary>
/// Makes a file a checkpoint of a session. It is stored as it comes, in constant memory, and nothing of it stays when it does not arrive
/// whole.
/// </summary>
internal sealed class UploadCheckpoint(CheckpointIntake intake) : EndpointWithoutRequest<UploadCheckpoint.Response>
{
    /// <summary>The form's fields.</summary>
    /// <param name="File">The checkpoint's bytes.</param>
    /// <param name="SessionId">The session.</param>
    /// <param name="Epoch">The epoch whose end it is, from 0.</param>
    /// <param name="Metrics">What was measured of it, a JSON object of numbers; unless told, what the session reported of the
    /// epoch.</param>
    public sealed record Request(IFormFile File, string SessionId, int Epoch, string? Metrics = null);

    public new sealed record Response(
        string CheckpointId, string SessionId, int Epoch, double FileSizeMb, long FileSizeBytes, string FileName, string Sha256,
        bool IsBest, DateTimeOffset UploadedAt);

    public override void Configure()
    {
        Post("/api/v1/checkpoints");
        this.Needs(Access.Build);
        this.Answers(StatusCodes.Status201Created, "Checkpoint uploaded");
        this.ReadsForm<Request>();
        Summary(s => s.Summary = "Upload a checkpoint of a session");
    }

    public override async Task<Response> ExecuteAsync(CancellationToken ct)
    {
        var (session, saved) = await intake.Take(HttpContext);
        HttpContext.Locate($"/api/v1/checkpoints/{saved.Id}");
        return new Response(
            saved.Id, session.Made.Id, saved.Epoch, CheckpointQueries.Megabytes(saved.Size), saved.Size, saved.FileName, saved.Sha256,
            session.Checkpoints.Best == saved.Id, saved.SavedAt);
    }
}
