namespace EventSourcedAnomaly.Server.Security;

/// <summary>The capability's paths.</summary>
internal static class SecurityRoutes
{
    public static void MapSecurity(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/v1/auth", "/api/v1/auth" })
        {
            routes.MapPost($"{root}/api-keys", IssueApiKey.Handle);
            routes.MapGet($"{root}/api-keys", ListApiKeys.Handle);
            routes.MapDelete($"{root}/api-keys/{{keyId}}", RevokeApiKey.Handle);
        }
    }
}
