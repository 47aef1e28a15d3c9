using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary><c>GET /api/v1/webhooks</c>.</summary>
internal static class ListWebhooks
{
    public sealed record Response(IReadOnlyList<WebhookBody> Webhooks, long Total, int Limit, int Offset);

    public static async Task<IResult> Handle(HttpContext http, WebhookQueries queries, TimeProvider time)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var (webhooks, total) = await queries.List(http.Tenant(), paging.Limit, paging.Offset, http.RequestAborted);
        return Reply.Ok(new Response([.. webhooks.Select(webhook => WebhookQueries.Body(webhook, time.GetUtcNow()))], total, paging.Limit, paging.Offset));
    }
}

/// <summary><c>GET /api/v1/webhooks/{webhook_id}</c>.</summary>
internal static class GetWebhook
{
    public static async Task<IResult> Handle(HttpContext http, string webhookId, WebhookQueries queries, TimeProvider time) =>
        Reply.Ok(WebhookQueries.Body(await queries.Get(http.Tenant(), ResourceId.Canonical("webhook", webhookId), http.RequestAborted), time.GetUtcNow()));
}

/// <summary><c>GET /api/v1/webhooks/{webhook_id}/deliveries</c>: what was delivered in the last thirty days, what is tried again, what was given up.</summary>
internal static class ListWebhookDeliveries
{
    public sealed record Response(IReadOnlyList<DeliveryBody> Deliveries, long Total, int Limit, int Offset);

    public static async Task<IResult> Handle(HttpContext http, string webhookId, WebhookQueries queries, WebhookDeliveries deliveries)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var (tenant, ct, status) = (http.Tenant(), http.RequestAborted, http.Text("status"));
        if (status is not null && !WebhookDeliveries.Statuses.Contains(status))
        {
            throw Problem.Invalid("status", $"one of: {string.Join(", ", WebhookDeliveries.Statuses)}", status);
        }

        var webhook = await queries.Get(tenant, ResourceId.Canonical("webhook", webhookId), ct);
        var (page, total) = await deliveries.List(tenant, webhook.Id!, status, paging, ct);
        return Reply.Ok(new Response(page, total, paging.Limit, paging.Offset));
    }
}

/// <summary>The capability's parts and paths.</summary>
internal static class WebhookRoutes
{
    private const string Webhooks = "/api/v1/webhooks", Webhook = $"{Webhooks}/{{webhookId}}";

    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<ServerSettings>().WebhookAddresses)
        .AddSingleton(provider => provider.GetRequiredService<ServerSettings>().WebhookRetries)
        .AddSingleton<WebhookQueries>().AddSingleton<WebhookSecrets>().AddSingleton<WebhookDeliveries>().AddSingleton<WebhookPost>()
        .AddSingleton<WebhookFanOut>().AddSingleton<ISubscription>(provider => provider.GetRequiredService<WebhookFanOut>()).AddHostedService<WebhookSender>();

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Webhooks, RegisterWebhook.Handle)
            .Describes<RegisterWebhook.Request, RegisterWebhook.Response>("Have events posted to an address", StatusCodes.Status201Created).Needs(Access.Build);
        routes.MapGet(Webhooks, ListWebhooks.Handle).Describes<ListWebhooks.Response>("List the webhooks, newest first").QueryPage().Needs(Access.Look);
        routes.MapGet(Webhook, GetWebhook.Handle).Describes<WebhookBody>("A webhook").Needs(Access.Look);
        routes.MapPut(Webhook, ChangeWebhook.Handle).Describes<ChangeWebhook.Request, WebhookBody>("Change, disable or enable a webhook").Needs(Access.Build);
        routes.MapDelete(Webhook, DeleteWebhook.Handle).Describes<Confirmation>("Delete a webhook").Needs(Access.Build);
        routes.MapPost($"{Webhook}/test", TestWebhook.Handle).Describes<TestWebhook.Response>("Post a signed message to a webhook now").Needs(Access.Build);
        routes.MapPost($"{Webhook}/rotate", RotateWebhookSecret.Handle)
            .Describes<RotateWebhookSecret.Request, RotateWebhookSecret.Response>("Give a webhook a new secret").Needs(Access.Build);
        routes.MapPost($"{Webhook}/replay", ReplayWebhook.Handle)
            .Describes<ReplayWebhook.Request, ReplayWebhook.Response>("Deliver a range of the log", StatusCodes.Status202Accepted).Needs(Access.Build);
        routes.MapGet($"{Webhook}/deliveries", ListWebhookDeliveries.Handle).Describes<ListWebhookDeliveries.Response>("A webhook's deliveries, newest first").QueryPage()
            .Query("status", "Only those in a state.", RequestParameterType.Text, WebhookDeliveries.Statuses).Needs(Access.Look);
    }
}
