using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Shows a training session.</summary>
internal sealed class GetTrainingSession(TrainingSessionQueries sessions) : Endpoint<GetTrainingSession.Request, SessionBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/training/sessions/{session_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A training session as it stands");
    }

    public override async Task<SessionBody> ExecuteAsync(Request request, CancellationToken ct) =>
        TrainingSessionQueries.Body(await sessions.Get(HttpContext.Tenant(), request.SessionId, ct));
}
