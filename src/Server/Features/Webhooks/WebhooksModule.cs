using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Wolverine.Marten;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>The parts of the feature.</summary>
internal static class WebhooksModule
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<ServerSettings>().WebhookAddresses)
        .AddSingleton(provider => provider.GetRequiredService<ServerSettings>().WebhookRetries)
        .AddAggregate<Webhook>().AddSingleton<WebhookQueries>().AddSingleton<WebhookSecrets>().AddSingleton<WebhookDeliveries>()
        .AddSingleton<WebhookPost>().AddClusterTask<IDeliveryRetentionGrain>().SubscribeToEvents(new WebhookFanOut());
}
