using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Stops a session; its state stays.</summary>
internal sealed class StopTrainingSession(IGrainFactory grains, TrainingSessionQueries sessions)
    : Endpoint<StopTrainingSession.Request, SessionBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Post("/api/v1/training/sessions/{session_id}/stop");
        this.Needs(Access.Build);
        Summary(s => s.Summary = "Stop a session; its state stays");
    }

    public override async Task<SessionBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, request.SessionId);
        await grains.Of<ITrainingSessionGrain>(http.Tenant(), id).Stop(http.RequestAborted);
        return TrainingSessionQueries.Body(await sessions.Get(http.Tenant(), id, http.RequestAborted));
    }
}
