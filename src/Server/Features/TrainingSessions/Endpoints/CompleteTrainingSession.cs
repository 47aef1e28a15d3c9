using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Ends a session that an external trainer reports to.</summary>
internal sealed class CompleteTrainingSession(IGrainFactory grains, TrainingSessionQueries sessions)
    : Endpoint<CompleteTrainingSession.Request, SessionBody>
{
    private const int MaxErrorLength = 10_000;

    /// <param name="Error">Why the training failed; null when it succeeded.</param>
    public sealed record Request(string? Error = null)
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Error).Length(1, MaxErrorLength).Expecting($"1 to {MaxErrorLength} characters");
    }

    public override void Configure()
    {
        Post("/api/v1/training/sessions/{session_id}/complete");
        this.Needs(Access.Build);
        this.BodyIsOptional();
        Summary(s => s.Summary = "End a session that an external trainer reports to");
    }

    public override async Task<SessionBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, request.SessionId);
        await grains.Of<ITrainingSessionGrain>(http.Tenant(), id).Finish(request.Error, http.RequestAborted);
        return TrainingSessionQueries.Body(await sessions.Get(http.Tenant(), id, http.RequestAborted));
    }
}
