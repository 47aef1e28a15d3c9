using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Lists the training sessions.</summary>
internal sealed class ListTrainingSessions(TrainingSessionQueries sessions)
    : Endpoint<ListTrainingSessions.Request, ListTrainingSessions.Response>
{
    public sealed record Request
    {
        [QueryParam]
        public string? Status { get; init; }

        [Paged(50)]
        public Paging Page { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Status).OneOf([.. TrainingSession.Statuses]);
    }

    public new sealed record Response(IReadOnlyList<SessionBody> Sessions, long Total, int Limit, int Offset);

    public override void Configure()
    {
        Get("/api/v1/training/sessions");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "List the training sessions, newest first";
            s.Params["status"] = "Only those in a state.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (states, total) = await sessions.List(HttpContext.Tenant(), request.Status, request.Page, ct);
        return new Response([.. states.Select(TrainingSessionQueries.Body)], total, request.Page.Limit, request.Page.Offset);
    }
}
