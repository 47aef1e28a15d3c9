using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Security;

/// <summary>Marks an endpoint that is open without a credential.</summary>
internal sealed class OpenToAll;

/// <summary>
/// Finds out who is asking, from <c>X-API-Key</c>, <c>Authorization: Bearer</c> or <c>?api_key=</c>, and whether the scopes
/// allow the method.
/// </summary>
internal sealed class Authentication(RequestDelegate next, ApiKeyViews keys, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<OpenToAll>() is null)
        {
            var principal = await Identify(http);
            http.Features.Set(principal);
            Authorize(http.Request.Method, principal);
        }

        await next(http);
    }

    private async Task<Principal> Identify(HttpContext http)
    {
        var credential = Credential(http.Request)
            ?? throw new Problem(
                ProblemKind.Unauthenticated, "A credential is required: X-API-Key, Authorization: Bearer, or the query parameter api_key.", "X-API-Key", "a valid API key");
        if (await keys.Find(credential, http.RequestAborted) is { } found && found.Key.ValidAt(time.GetUtcNow()))
        {
            return new Principal(found.Tenant, $"key:{found.Key.Id}", found.Key.Roles, found.Key.Permissions);
        }

        throw new Problem(ProblemKind.Unauthenticated, "The credential is not valid: unknown, expired or revoked.", "X-API-Key", "a valid API key");
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

    private static void Authorize(string method, Principal principal)
    {
        var needed = HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) ? "read" : "write";
        if (!principal.Permissions.Contains(needed))
        {
            throw new Problem(ProblemKind.Forbidden, $"The credential lacks the permission '{needed}'.", "permissions", needed);
        }
    }
}
