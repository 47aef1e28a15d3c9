using Npgsql;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>Keeps how long each rule's condition has held, by what it is watched on.</summary>
internal sealed class AlertWatches(NpgsqlDataSource database)
{
    /// <summary>A watch, and the sequence number of the last event that it has seen.</summary>
    public async Task<(AlertWatch Watch, long Seen)> Load(string tenant, string ruleId, string subject, CancellationToken ct)
    {
        await using var command = Command(
            "select true_since, false_since, alert_id, seen from alert_watches where tenant_id = $1 and rule_id = $2 and subject = $3",
            tenant, ruleId, subject);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? (new AlertWatch(Time(reader, 0), Time(reader, 1), reader.IsDBNull(2) ? null : reader.GetString(2)), reader.GetInt64(3))
            : (AlertWatch.Fresh, 0);
    }

    /// <summary>Remembers a watch.</summary>
    public async Task Save(string tenant, string ruleId, string subject, AlertWatch watch, long seen, CancellationToken ct)
    {
        await using var command = Command(
            """
            insert into alert_watches (tenant_id, rule_id, subject, true_since, false_since, alert_id, seen)
                values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (tenant_id, rule_id, subject) do update set
                true_since = excluded.true_since, false_since = excluded.false_since, alert_id = excluded.alert_id, seen = excluded.seen
            """,
            tenant, ruleId, subject, watch.TrueSince, watch.FalseSince, watch.AlertId, seen);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Forgets what a rule has seen.</summary>
    public async Task Forget(string tenant, string ruleId, CancellationToken ct)
    {
        await using var command = Command("delete from alert_watches where tenant_id = $1 and rule_id = $2", tenant, ruleId);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Starts the times of a subject anew: nobody has been looking since.</summary>
    public async Task Interrupt(string subject, CancellationToken ct)
    {
        await using var command = Command("update alert_watches set true_since = null, false_since = null where subject = $1", subject);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column)
        ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value switch
            {
                null when command.Parameters.Count is 3 or 4 => new NpgsqlParameter<DateTimeOffset?> { TypedValue = null },
                null => new NpgsqlParameter<string?> { TypedValue = null },
                DateTimeOffset time => new NpgsqlParameter<DateTimeOffset?> { TypedValue = time.ToUniversalTime() },
                _ => new NpgsqlParameter { Value = value },
            });
        }

        return command;
    }
}
