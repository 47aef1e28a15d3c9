using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>Lists the alert rules.</summary>
internal sealed class ListAlertRules(AlertQueries queries) : Endpoint<ListAlertRules.Request, ListAlertRules.Response>
{
    public sealed record Request
    {
        [Paged(50)]
        public Paging Page { get; init; }
    }

    public new sealed record Response(IReadOnlyList<RuleBody> Rules, long Total, int Limit, int Offset);

    public override void Configure()
    {
        Get("/api/v1/alerts/rules");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "List the alert rules, newest first");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var page = request.Page;
        var (rules, total) = await queries.Rules(HttpContext.Tenant(), page.Limit, page.Offset, ct);
        return new Response([.. rules.Select(AlertQueries.Body)], total, page.Limit, page.Offset);
    }
}
