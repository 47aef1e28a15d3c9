using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Notifications.Endpoints;

/// <summary>Lists the tenant's notifications, less what the caller has cleared.</summary>
internal sealed class ListNotifications(NotificationQueries queries) : Endpoint<ListNotifications.Request, ListNotifications.Response>
{
    public sealed record Request
    {
        [QueryParam]
        public string? Type { get; init; }

        [QueryParam]
        public string? Priority { get; init; }

        [QueryParam]
        public bool Unread { get; init; }

        [Paged(50)]
        public Paging Page { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Type).OneOf(NotificationContent.Types);
            RuleFor(r => r.Priority).OneOf(NotificationContent.Priorities);
        }
    }

    public new sealed record Response(IReadOnlyList<NotificationBody> Notifications, long Total, int Limit, int Offset);

    public override void Configure()
    {
        Get("/api/v1/notifications");
        this.Needs(Access.Self);
        Summary(s =>
        {
            s.Summary = "List the caller's notifications, newest first";
            s.Params["type"] = "Only of a type.";
            s.Params["priority"] = "Only of a priority.";
            s.Params["unread"] = "Whether only those that the caller has not read.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (principal, paging) = (HttpContext.Principal(), request.Page);
        var inbox = await queries.InboxOf(principal.Tenant, principal.Id, ct);
        var (page, total) = await queries.List(principal.Tenant,
            new NotificationFilter(request.Type, request.Priority, request.Unread, inbox), paging, ct);
        return new Response([.. page.Select(notification => NotificationBody.Of(notification, inbox))], total, paging.Limit, paging.Offset);
    }
}
