using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ApiKeys.Endpoints;

/// <summary>
/// Issues a key, shown this once. An administrator issues keys of the tenant; a user issues keys that act for it and can do no more
/// than it can.
/// </summary>
internal sealed class IssueApiKey(IGrainFactory grains, ApiKeyQueries keys, TenantQueries tenants, TimeProvider time)
    : Endpoint<IssueApiKey.Request, IssueApiKey.Response>
{
    private const int MaxNameLength = 200;

    public sealed record Request(
        string Name, IReadOnlyList<string>? Permissions = null, DateTimeOffset? ExpiresAt = null, string? TenantId = null,
        IReadOnlyList<string>? Roles = null, string? Plan = null);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Name).NotBlank(MaxNameLength);
    }

    public new sealed record Response(
        string Id, string Name, string ApiKey, IReadOnlyList<string> Permissions, IReadOnlyList<string> Roles, string Plan,
        DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt,
        string TenantId);

    public override void Configure()
    {
        Post("/v1/auth/api-keys", "/api/v1/auth/api-keys");
        this.Needs(Access.Self);
        this.Answers(StatusCodes.Status201Created, "API key created; it is shown only now");
        Summary(s => s.Summary = "Issue an API key");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, principal) = (HttpContext, HttpContext.Principal());
        RequireMayIssue(principal);
        var tenant = await tenants.OwnOrOther(principal, request.TenantId, http.RequestAborted);
        var now = time.GetUtcNow();
        var wanted = Validate(request, principal, now);
        var key = ApiKeyQueries.Generate();
        var id = keys.IdOf(key);
        await ApiKeyIssuerGrain.Of(grains, tenant, wanted.Owner)
            .Issue(id, wanted with { Prefix = ApiKeyQueries.PrefixOf(key) }, http.RequestAborted);
        http.Locate($"/v1/auth/api-keys/{id}");
        return new Response(id, wanted.Name, key, wanted.Permissions, wanted.Roles, wanted.Plan, wanted.ExpiresAt, now, tenant);
    }

    // A key that could make keys would live on in them after it was revoked.
    private static void RequireMayIssue(Principal principal)
    {
        principal.RequireMayChangeItself();
        if (!principal.Has() && principal.SessionId is null)
        {
            throw new Problem(ProblemKind.Forbidden, "Keys are issued by administrators, and by users for themselves.");
        }
    }

    // What a key may do depends on whoever issues it: the request alone does not tell.
    private static ApiKeyIssued Validate(Request request, Principal principal, DateTimeOffset now)
    {
        var administrator = principal.Has();
        var permissions = request.Permissions ?? principal.Permissions;
        var roles = request.Roles ?? (administrator ? [Role.Analyst] : principal.Roles);
        Choice.RequireSome("permissions", permissions, Infrastructure.Security.Scopes.All);
        Choice.RequireSome("roles", roles, Role.All);
        if (!permissions.All(principal.Permissions.Contains) || (!administrator && !roles.All(principal.Roles.Contains)))
        {
            throw new Problem(ProblemKind.Forbidden, "A key can do no more than whoever issues it.",
                "roles", $"some of: {string.Join(", ", principal.Roles)}");
        }

        if (request.ExpiresAt <= now)
        {
            throw Problem.Invalid("expires_at", "a time in the future", request.ExpiresAt);
        }

        return new ApiKeyIssued(
            request.Name, string.Empty, permissions, roles, Choice.Plan(request.Plan, principal), now, request.ExpiresAt,
            administrator ? null : principal.Owner);
    }
}
