using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints.Endpoints;

/// <summary>Lists the checkpoints.</summary>
internal sealed class ListCheckpoints(CheckpointQueries queries) : Endpoint<ListCheckpoints.Request, ListCheckpoints.Response>
{
    public sealed record Request
    {
        [QueryParam]
        public string? SessionId { get; init; }

        [Paged(50)]
        public Paging Page { get; init; }
    }

    public new sealed record Response(IReadOnlyList<CheckpointBody> Checkpoints, long Total, int Limit, int Offset);

    public override void Configure()
    {
        Get("/api/v1/checkpoints");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "List the checkpoints, newest first";
            s.Params["session_id"] = "Only those of a session.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var session = request.SessionId is { } given ? ResourceId.Canonical("sess", given) : null;
        var (checkpoints, total) = await queries.List(HttpContext.Tenant(), session, request.Page, ct);
        return new Response(checkpoints, total, request.Page.Limit, request.Page.Offset);
    }
}
