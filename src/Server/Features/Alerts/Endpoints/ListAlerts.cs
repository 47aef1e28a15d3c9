using System.Text.Json;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>Lists the alerts: every one, unless a state or a severity is named.</summary>
internal sealed class ListAlerts(AlertQueries queries) : Endpoint<ListAlerts.Request, ListAlerts.Response>
{
    public sealed record Request
    {
        [QueryParam]
        public string? Status { get; init; }

        [QueryParam]
        public string? Severity { get; init; }

        [Paged(50)]
        public Paging Page { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Status).OneOf([.. Alert.Statuses]);
            RuleFor(r => r.Severity).OneOf([.. Enum.GetNames<AlertSeverity>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)]);
        }
    }

    public new sealed record Response(IReadOnlyList<AlertBody> Alerts, long Total, int Limit, int Offset);

    public override void Configure()
    {
        Get("/api/v1/alerts");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "List the alerts, newest first";
            s.Params["status"] = "Only those in a state.";
            s.Params["severity"] = "Only those of a severity.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (alerts, total) = await queries.List(HttpContext.Tenant(), request.Status, request.Severity, request.Page, ct);
        return new Response(alerts, total, request.Page.Limit, request.Page.Offset);
    }
}
