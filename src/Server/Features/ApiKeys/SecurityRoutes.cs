using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>The capability's parts and paths.</summary>
internal static class SecurityRoutes
{
    public static IServiceCollection AddSecurity(this IServiceCollection services) => services
        .AddSingleton<ApiKeyQueries>()
        .AddSingleton<ApiKeyUse>().AddHostedService(provider => provider.GetRequiredService<ApiKeyUse>())
        .AddSingleton<SecurityEpoch>().AddSingleton<Credentials>().AddSingleton<SigningKeys>().AddSingleton<AccessTokens>()
        .AddSingleton<RateWindows>().AddHostedService(provider => provider.GetRequiredService<RateWindows>());

    public static void MapSecurity(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/v1/auth", "/api/v1/auth" })
        {
            routes.MapPost($"{root}/api-keys", IssueApiKey.Handle)
                .Describes<IssueApiKey.Request, IssueApiKey.Response>("Issue an API key", StatusCodes.Status201Created).Needs(Access.Self);
            routes.MapGet($"{root}/api-keys", ListApiKeys.Handle).Describes<ListApiKeys.Response>("List the API keys").Needs(Access.Self);
            routes.MapDelete($"{root}/api-keys/{{keyId}}", RevokeApiKey.Handle).Describes<Confirmation>("Revoke an API key").Needs(Access.Self);
        }
    }
}
