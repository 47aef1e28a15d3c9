using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>Finds the session that a token names.</summary>
internal sealed class LoginSessionQueries(EventStore store)
{
    /// <summary>A session with the tenant it is bound to, or null.</summary>
    public async Task<(string Tenant, LoginSession LoginSession)?> Find(string id, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand("select tenant_id, snapshot from mt_streams where id = $1 and type = 'session'");
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? (reader.GetString(0), JsonSerializer.Deserialize<LoginSession>(reader.GetFieldValue<byte[]>(1), EventJson.Options)!)
            : null;
    }
}
