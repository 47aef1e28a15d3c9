using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>Asks for a key's end to be recorded; scheduled for that time when the key is issued.</summary>
/// <param name="Tenant">Whose key.</param>
/// <param name="KeyId">The key.</param>
public sealed record ExpireApiKey(string Tenant, string KeyId);

/// <summary>
/// Has the log say that a key's time is over, unless it was revoked before. The key is refused by its time whether or not the message
/// has come.
/// </summary>
public static class ExpireApiKeyHandler
{
    /// <summary>Handles the message.</summary>
    public static async Task Handle(ExpireApiKey message, IGrainFactory grains, CancellationToken ct)
    {
        RequestMetadata.Set(new EventMetadata("system:api_key_expiry"));
        await grains.Of<IApiKeyGrain>(message.Tenant, message.KeyId).Expire(ct);
    }
}
