using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary><c>GET /api/v1/training/sessions/{session_id}</c>.</summary>
internal static class GetTrainingSession
{
    public static async Task<IResult> Handle(HttpContext http, string sessionId, TrainingSessionQueries sessions) =>
        Reply.Ok(TrainingSessionQueries.Body(await sessions.Get(http.Tenant(), sessionId, http.RequestAborted)));
}

/// <summary><c>GET /api/v1/training/sessions</c>.</summary>
internal static class ListTrainingSessions
{
    public sealed record Response(IReadOnlyList<SessionBody> Sessions, long Total, int Limit, int Offset);

    public static async Task<IResult> Handle(HttpContext http, TrainingSessionQueries sessions)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var status = http.Text("status");
        if (status is not null && !TrainingSession.Statuses.Contains(status))
        {
            throw Problem.Invalid("status", $"one of: {string.Join(", ", TrainingSession.Statuses)}", status);
        }

        var (states, total) = await sessions.List(http.Tenant(), status, paging, http.RequestAborted);
        return Reply.Ok(new Response([.. states.Select(TrainingSessionQueries.Body)], total, paging.Limit, paging.Offset));
    }
}
