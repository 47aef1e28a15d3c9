using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>Issues the keys of one user, or those of a tenant that belong to nobody in particular.</summary>
internal sealed class ApiKeyIssuerGrain(ApiKeyQueries keys, IGrainFactory grains) : Grain, IApiKeyIssuerGrain
{
    private const int MaxKeysOfUser = 100, MaxKeysOfTenant = 1000;

    public async Task Issue(string id, ApiKeyIssued wanted, CancellationToken ct)
    {
        var (tenant, _) = GrainKey.Parse(this.GetPrimaryKeyString());
        var max = wanted.Owner is null ? MaxKeysOfTenant : MaxKeysOfUser;
        if (await keys.Count(tenant, wanted.Owner, ct) >= max)
        {
            throw Problem.Conflict($"There are {max} keys already, which is as many as {(wanted.Owner is null ? "a tenant" : "a user")} "
                + "may have; revoke those that are not used.");
        }

        await grains.Of<IApiKeyGrain>(tenant, id).Issue(wanted, ct);
    }

    /// <summary>The grain that issues for an owner.</summary>
    public static IApiKeyIssuerGrain Of(IGrainFactory grains, string tenant, string? owner) =>
        grains.Of<IApiKeyIssuerGrain>(tenant, owner ?? "tenant");
}
