using System.Text;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>
/// What deliveries are signed with, encrypted (AES-256-GCM) with the key that encrypts the server's other keys. It stands in no event, so
/// it is in no export of the log, and is gone with its webhook.
/// </summary>
internal sealed class WebhookSecrets(NpgsqlDataSource database, ServerSecrets secrets, TimeProvider time)
{
    /// <summary>For how long an old secret signs beside its successor.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    /// <summary>Those that sign now, the newest first.</summary>
    public async Task<IReadOnlyList<string>> Of(string tenant, string webhookId, CancellationToken ct)
    {
        await using var command = database.Command(
            "select id, sealed from webhook_secrets where tenant_id = $1 and webhook_id = $2 and (expires is null or expires > $3) order "
                + "by created desc, id desc",
            tenant, webhookId, time.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var open = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            // A secret that another key encrypted is of no use here; its webhook needs a new one.
            if (SecretBox.Open(secrets.KeyEncryption, reader.GetFieldValue<byte[]>(1), Place(tenant, webhookId, reader.GetString(0)))
                is { } secret)
            {
                open.Add(Encoding.UTF8.GetString(secret));
            }
        }

        return open;
    }

    /// <summary>Keeps a new secret; those before it expire, at once or when the overlap is over.</summary>
    /// <returns>Until when they sign as well.</returns>
    public async Task<DateTimeOffset> Add(string tenant, string webhookId, string secret, CancellationToken ct)
    {
        var (id, now) = (Guid.CreateVersion7().ToString("N"), time.GetUtcNow());
        await using var command = database.Command(
            """
            with old as (delete from webhook_secrets where tenant_id = $1 and webhook_id = $2 and expires < $5),
                 aging as (update webhook_secrets set expires = $6 where tenant_id = $1 and webhook_id = $2 and expires is null)
            insert into webhook_secrets (tenant_id, webhook_id, id, sealed, created) values ($1, $2, $3, $4, $5)
            """,
            tenant, webhookId, id, SecretBox.Seal(secrets.KeyEncryption, Encoding.UTF8.GetBytes(secret), Place(tenant, webhookId, id)), now,
            now + Overlap);
        await command.ExecuteNonQueryAsync(ct);
        return now + Overlap;
    }

    /// <summary>Forgets them.</summary>
    public async Task Delete(string tenant, string webhookId, CancellationToken ct)
    {
        await using var command =
            database.Command("delete from webhook_secrets where tenant_id = $1 and webhook_id = $2", tenant, webhookId);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static byte[] Place(string tenant, string webhookId, string id) =>
        Encoding.UTF8.GetBytes($"webhook secret\n{tenant}\n{webhookId}\n{id}");
}
