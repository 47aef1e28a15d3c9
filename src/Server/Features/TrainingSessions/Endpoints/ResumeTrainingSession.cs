using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Goes on after a stop or a failure.</summary>
internal sealed class ResumeTrainingSession(IGrainFactory grains, TrainingSessionQueries sessions)
    : Endpoint<ResumeTrainingSession.Request, SessionBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Post("/api/v1/training/sessions/{session_id}/resume");
        this.Needs(Access.Build);
        Summary(s => s.Summary = "Go on after a stop or a failure");
    }

    public override async Task<SessionBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, request.SessionId);
        await grains.Of<ITrainingSessionGrain>(http.Tenant(), id).Start(onlyResume: true, http.RequestAborted);
        return TrainingSessionQueries.Body(await sessions.Get(http.Tenant(), id, http.RequestAborted));
    }
}
