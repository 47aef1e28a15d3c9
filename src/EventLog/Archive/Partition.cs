using Npgsql;

namespace EventSourcedAnomaly.EventLog.Archive;

/// <summary>A range of the log that is stored together.</summary>
/// <param name="First">Its first sequence number.</param>
/// <param name="Last">Its last sequence number.</param>
/// <param name="Table">The table that holds it; null when its events were moved into a file.</param>
/// <param name="Sha256">The hash of that file, in hexadecimal.</param>
public sealed record Partition(long First, long Last, string? Table, string? Sha256)
{
    /// <summary>Whether its events lie in a file.</summary>
    public bool IsArchived => Table is null;

    /// <summary>Every range of a log that holds events, in order.</summary>
    public static async Task<IReadOnlyList<Partition>> All(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            select (bounds)[1]::bigint as first, (bounds)[2]::bigint - 1, name, null
              from (select c.relname as name, regexp_match(c.relname, '^mt_events_p(\d+)_(\d+)$') as bounds
                      from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'mt_events'::regclass) p
             where (bounds)[1]::bigint <= (select seq from esa_head)
            union all
            select first_seq, last_seq, null, sha256 from esa_archived
             order by first
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var all = new List<Partition>();
        while (await reader.ReadAsync(ct))
        {
            all.Add(new Partition(reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        }

        return all;
    }

    /// <summary>The ranges whose events lie in files, by their first sequence number; none in a database from before there were archives.</summary>
    internal static async Task<IReadOnlyList<Partition>> Archived(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var exists = database.CreateCommand("select to_regclass('esa_archived') is not null");
        return (bool)(await exists.ExecuteScalarAsync(ct))! ? [.. (await All(database, ct)).Where(partition => partition.IsArchived)] : [];
    }
}

/// <summary>Something stands against archiving a range, or against what was asked of an archived one.</summary>
public sealed class ArchiveException(string message) : Exception(message);
