using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Wolverine;
using Wolverine.Marten;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>The parts of the feature.</summary>
internal static class ApiKeysModule
{
    public static IServiceCollection AddApiKeys(this IServiceCollection services) => services
        .AddAggregate<ApiKey>().AddSingleton<ApiKeyQueries>()
        .AddSingleton<ApiKeyUse>().AddHostedService(provider => provider.GetRequiredService<ApiKeyUse>())
        .PublishEventsToWolverine("api_key_expiry", relay =>
            relay.PublishEvent<ApiKeyIssued>((issued, bus) => issued.Data.ExpiresAt is { } end
            ? bus.ScheduleAsync(new ExpireApiKey(issued.TenantId, issued.StreamKey!), end) : ValueTask.CompletedTask));
}
