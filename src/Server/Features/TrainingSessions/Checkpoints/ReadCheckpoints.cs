using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.Net.Http.Headers;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary><c>GET /api/v1/checkpoints</c>: newest first.</summary>
internal static class ListCheckpoints
{
    public sealed record Response(IReadOnlyList<CheckpointBody> Checkpoints, long Total, int Limit, int Offset);

    public static async Task<IResult> Handle(HttpContext http, CheckpointQueries queries)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var session = http.Text("session_id") is { } given ? ResourceId.Canonical("sess", given) : null;
        var (checkpoints, total) = await queries.List(http.Tenant(), session, paging, http.RequestAborted);
        return Reply.Ok(new Response(checkpoints, total, paging.Limit, paging.Offset));
    }
}

/// <summary><c>GET /api/v1/checkpoints/{checkpoint_id}</c>.</summary>
internal static class GetSessionCheckpoint
{
    public static async Task<IResult> Handle(HttpContext http, string checkpointId, CheckpointBytes bytes)
    {
        var (session, checkpoint) = await bytes.Find(http.Tenant(), ResourceId.Canonical("ckpt", checkpointId), http.RequestAborted);
        return Reply.Ok(CheckpointQueries.Body(session, checkpoint));
    }
}

/// <summary><c>GET …/{checkpoint_id}/download</c>: the bytes, or a range of them (RFC 9110, 14).</summary>
internal static class DownloadCheckpoint
{
    public const string ContentType = "application/octet-stream";

    public static async Task<IResult> Handle(HttpContext http, string checkpointId, CheckpointBytes bytes)
    {
        var (_, checkpoint) = await bytes.Find(http.Tenant(), ResourceId.Canonical("ckpt", checkpointId), http.RequestAborted);
        var stream = await CheckpointStream.Open(bytes, http.Tenant(), checkpoint, http.RequestAborted);
        return TypedResults.Stream(
            stream, ContentType, checkpoint.FileName, checkpoint.SavedAt, new EntityTagHeaderValue($"\"{checkpoint.Sha256}\""), enableRangeProcessing: true);
    }
}
