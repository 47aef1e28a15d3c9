using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ApiKeys.Endpoints;

/// <summary>Revokes a key: it is refused from now on, on every silo.</summary>
internal sealed class RevokeApiKey(IGrainFactory grains, TenantQueries tenants) : Endpoint<RevokeApiKey.Request, Confirmation>
{
    public sealed record Request
    {
        [RouteParam]
        public string KeyId { get; init; } = string.Empty;

        [QueryParam]
        public string? TenantId { get; init; }
    }

    public override void Configure()
    {
        Delete("/v1/auth/api-keys/{key_id}", "/api/v1/auth/api-keys/{key_id}");
        this.Needs(Access.Self);
        Summary(s =>
        {
            s.Summary = "Revoke an API key";
            s.Params["tenant_id"] = "That of another tenant; for administrators of the server.";
        });
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, principal) = (HttpContext, HttpContext.Principal());
        principal.RequireMayChangeItself();
        var id = ResourceId.Canonical("key", request.KeyId);
        var owner = principal.Has() ? null : principal.Owner ?? throw Problem.NotFound("key", id);
        var tenant = await tenants.OwnOrOther(principal, request.TenantId, ct);
        await grains.Of<IApiKeyGrain>(tenant, id).Revoke(owner, http.RequestAborted);
        return new Confirmation("API key revoked successfully");
    }
}
