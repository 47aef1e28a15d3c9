using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>
/// Finds out who is asking, from <c>X-API-Key</c>, <c>Authorization: Bearer</c> or <c>?api_key=</c>. A route that does not say whom
/// it is for is for nobody.
/// </summary>
internal sealed class Authentication(RequestDelegate next, Credentials credentials, ServerSettings settings, TimeProvider time)
{
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(2);


    // The Training contract knows no keys; an operator may open its paths to whoever reaches the server.
    private static readonly Principal Anonymous = new(Principal.SystemTenant, "anonymous", [Role.Analyst], Scopes.All)
    {
        Id = "anonymous",
        Plan = "training"
    };

    public async Task InvokeAsync(HttpContext http)
    {
        // Routing answers a method or a content type that no route takes with an endpoint of its own, which has no route.
        if (http.GetEndpoint() is RouteEndpoint endpoint)
        {
            var access = endpoint.Metadata.GetMetadata<Access>()
                ?? throw new Problem(ProblemKind.Forbidden, "This path is for nobody: it does not say what it demands.");
            if (!access.IsOpen)
            {
                http.Features.Set(await Identify(http));
                RequestMetadata.Set(http.EventMetadata());
                await WhileValid(http, next(http));
                return;
            }
        }

        await next(http);
    }

    // What lives long, such as a feed, a socket or a download, ends soon after its credential does.
    private async Task WhileValid(HttpContext http, Task request)
    {
        while (!request.IsCompleted)
        {
            try
            {
                await request.WaitAsync(BetweenChecks, time);
            }
            catch (TimeoutException) when (!request.IsCompleted)
            {
                if (!await IsStillValid(http))
                {
                    http.Abort();
                    break;
                }
            }
        }

        await request;
    }

    private async Task<bool> IsStillValid(HttpContext http)
    {
        if (Credential(http.Request) is not { } credential)
        {
            return true;
        }

        var before = http.Principal();
        return await credentials.Find(credential, CancellationToken.None) is { } now
            && before.Roles.All(now.Roles.Contains) && before.Permissions.All(now.Permissions.Contains);
    }

    private async Task<Principal> Identify(HttpContext http)
    {
        var credential = Credential(http.Request);
        if (credential is null && settings.AnonymousTraining && http.ApiContract() == ApiContract.Training)
        {
            RequireSameOrigin(http.Request);
            return Anonymous;
        }

        _ = credential ?? throw new Problem(
                ProblemKind.Unauthenticated, "A credential is required: X-API-Key, Authorization: Bearer, or the query parameter api_key.",
                "X-API-Key", "a valid API key");
        return await credentials.Find(credential, http.RequestAborted)
            ?? throw new Problem(ProblemKind.Unauthenticated, "The credential is not valid: unknown, expired or revoked.", "X-API-Key",
                "a valid API key or access token");
    }

    // Without credentials a page of another site could start trainings from inside the network of whoever looks at it.
    private static void RequireSameOrigin(HttpRequest request)
    {
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)))
        {
            throw new Problem(ProblemKind.Forbidden, "Pages of another site need a credential.", "Origin", "the origin of this server");
        }
    }

    private static string? Credential(HttpRequest request)
    {
        if (request.Headers["X-API-Key"].ToString() is { Length: > 0 } key)
        {
            return key;
        }

        if (request.Headers.Authorization.ToString() is { Length: > 7 } authorization
            && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return authorization[7..].Trim();
        }

        return request.Query["api_key"].ToString() is { Length: > 0 } parameter ? parameter : null;
    }
}

/// <summary>Lets in whoever has the scope and one of the roles that the route demands.</summary>
internal sealed class Authorization(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Access>() is { Scope: { } scope } access)
        {
            Require(access, scope, http.Principal());
        }

        return next(http);
    }

    private static void Require(Access access, string scope, Principal principal)
    {
        if (!principal.Permissions.Contains(scope))
        {
            throw new Problem(ProblemKind.Forbidden, $"The credential lacks the permission '{scope}'.", "permissions", scope);
        }

        principal.Require([.. access.Roles]);
        if (access.IsServerWide)
        {
            principal.RequireSystemAdministrator();
        }
    }
}
