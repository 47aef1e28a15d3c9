using Npgsql;

namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>How far a subscription has come.</summary>
/// <param name="Name">Its shard, as <c>Name:All</c>.</param>
/// <param name="Sequence">The last sequence number it has dealt with.</param>
/// <param name="Updated">When it last moved.</param>
public sealed record Progression(string Name, long Sequence, DateTimeOffset Updated)
{
    /// <summary>Every subscription's progression.</summary>
    public static async Task<IReadOnlyList<Progression>> All(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select name, last_seq_id, last_updated from mt_event_progression order by name");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var all = new List<Progression>();
        while (await reader.ReadAsync(ct))
        {
            all.Add(new Progression(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return all;
    }

    internal static async Task<long> Load(NpgsqlConnection connection, string shard, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select last_seq_id from mt_event_progression where name = $1", connection)
        {
            Parameters = { new() { Value = shard } },
        };
        return (long?)await command.ExecuteScalarAsync(ct) ?? 0;
    }

    internal static async Task Save(NpgsqlConnection connection, string shard, long sequence, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            insert into mt_event_progression (name, last_seq_id, last_updated) values ($1, $2, now())
            on conflict (name) do update set last_seq_id = excluded.last_seq_id, last_updated = now()
            """, connection)
        {
            Parameters = { new() { Value = shard }, new() { Value = sequence } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }
}
