using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Starts a session, or goes on where it was.</summary>
internal sealed class StartTrainingSession(IGrainFactory grains, TrainingSessionQueries sessions)
    : Endpoint<StartTrainingSession.Request, SessionBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Post("/api/v1/training/sessions/{session_id}/start");
        this.Needs(Access.Build);
        Summary(s => s.Summary = "Start a session, or go on where it was");
    }

    public override async Task<SessionBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, request.SessionId);
        await grains.Of<ITrainingSessionGrain>(http.Tenant(), id).Start(onlyResume: false, http.RequestAborted);
        return TrainingSessionQueries.Body(await sessions.Get(http.Tenant(), id, http.RequestAborted));
    }
}
