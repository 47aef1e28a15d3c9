using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Security;

/// <summary>
/// Finds out who is asking, from <c>X-API-Key</c>, <c>Authorization: Bearer</c> or <c>?api_key=</c>, and whether the route is for
/// them. A route that does not say whom it is for is for nobody.
/// </summary>
internal sealed class Authentication(RequestDelegate next, Credentials credentials)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is { } endpoint)
        {
            var access = endpoint.Metadata.GetMetadata<Access>()
                ?? throw new Problem(ProblemKind.Forbidden, "This path is for nobody: it does not say what it demands.");
            if (!access.IsOpen)
            {
                var principal = await Identify(http);
                http.Features.Set(principal);
                Authorize(access, principal);
            }
        }

        await next(http);
    }

    private async Task<Principal> Identify(HttpContext http)
    {
        var credential = Credential(http.Request)
            ?? throw new Problem(
                ProblemKind.Unauthenticated, "A credential is required: X-API-Key, Authorization: Bearer, or the query parameter api_key.", "X-API-Key", "a valid API key");
        return await credentials.Find(credential, http.RequestAborted)
            ?? throw new Problem(ProblemKind.Unauthenticated, "The credential is not valid: unknown, expired or revoked.", "X-API-Key", "a valid API key or access token");
    }

    private static string? Credential(HttpRequest request)
    {
        if (request.Headers["X-API-Key"].ToString() is { Length: > 0 } key)
        {
            return key;
        }

        if (request.Headers.Authorization.ToString() is { Length: > 7 } authorization && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return authorization[7..].Trim();
        }

        return request.Query["api_key"].ToString() is { Length: > 0 } parameter ? parameter : null;
    }

    private static void Authorize(Access access, Principal principal)
    {
        if (!principal.Permissions.Contains(access.Scope!))
        {
            throw new Problem(ProblemKind.Forbidden, $"The credential lacks the permission '{access.Scope}'.", "permissions", access.Scope);
        }

        principal.Require([.. access.Roles]);
    }
}
