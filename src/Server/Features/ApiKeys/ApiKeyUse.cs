using System.Collections.Concurrent;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>When keys were last used: noted in memory, stored every few seconds, and for each key no more finely than that.</summary>
internal sealed partial class ApiKeyUse(NpgsqlDataSource database, TenantReads reads, TimeProvider time, ILogger<ApiKeyUse> logger)
    : StoredPeriodically(time)
{
    private readonly ConcurrentDictionary<(string Tenant, string Key), DateTimeOffset> _noted = new();
    private readonly ConcurrentDictionary<(string Tenant, string Key), DateTimeOffset> _stored = new();

    /// <summary>Notes that a key was used.</summary>
    public void Note(string tenant, string key, DateTimeOffset now)
    {
        if (!_stored.TryGetValue((tenant, key), out var stored) || now - stored > Period)
        {
            _noted[(tenant, key)] = now;
        }
    }

    /// <summary>When each of a tenant's keys was last used, by id.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> Of(string tenant, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(tenant, "select key_id, last_used from api_key_uses where tenant_id = $1");
        command.Parameters.Add(new() { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var uses = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            uses[reader.GetString(0)] = reader.GetFieldValue<DateTimeOffset>(1);
        }

        return uses;
    }

    /// <inheritdoc/>
    protected override async Task Store(CancellationToken ct)
    {
        var noted = _noted.ToArray();
        if (noted.Length == 0)
        {
            return;
        }

        try
        {
            await using var command = database.CreateCommand("""
                insert into api_key_uses as u (tenant_id, key_id, last_used) select *
                    from unnest($1::varchar[], $2::varchar[], $3::timestamptz[])
                on conflict (tenant_id, key_id) do update set last_used = greatest(u.last_used, excluded.last_used)
                """);
            command.Parameters.Add(new() { Value = noted.Select(each => each.Key.Tenant).ToArray() });
            command.Parameters.Add(new() { Value = noted.Select(each => each.Key.Key).ToArray() });
            command.Parameters.Add(new() { Value = noted.Select(each => each.Value).ToArray() });
            await command.ExecuteNonQueryAsync(ct);
            foreach (var each in noted)
            {
                _stored[each.Key] = each.Value;
                _noted.TryRemove(each);
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            LogLate(e, noted.Length);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last use of {Count} keys is stored later")]
    private partial void LogLate(Exception exception, int count);
}
