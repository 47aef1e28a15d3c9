using System.Text.Json;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Ledger;
using EventSourcedAnomaly.EventLog.Reading;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.EventLog.Archive;

/// <summary>
/// Moves closed ranges of the log into files and back. A range leaves the database only against a file that was compared, event by
/// event, with the ledger, so that nothing is lost and every proof holds; the tree keeps the hashes of what left.
/// </summary>
public sealed class EventArchive(NpgsqlDataSource database)
{
    private readonly Tiles _tiles = new(database);

    /// <summary>Writes a range into a folder and compares the file with the ledger.</summary>
    /// <returns>The file and its SHA-256.</returns>
    /// <exception cref="ArchiveException">The range is not there, not closed, or not what the ledger holds.</exception>
    public async Task<(string Path, string Sha256)> Export(long first, string folder, CancellationToken ct)
    {
        var partition = await Closed(first, ct);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, ArchiveFile.NameOf(partition));
        var reader = new EventReader(database);
        var sha256 = await ArchiveFile.Write(path, reader.All(new EventFilter { After = partition.First - 1, Until = partition.Last }, ct), ct);
        await Verify(path, partition, ct);
        return (path, sha256);
    }

    /// <summary>Compares the file of a range with the ledger, whether the range is in the database or not.</summary>
    /// <exception cref="ArchiveException">There is no such range, or the file is not what the ledger holds.</exception>
    public async Task Verify(string path, long first, CancellationToken ct) => await Verify(path, await Find(first, ct), ct);

    /// <summary>Takes a range out of the database, against the file that holds it.</summary>
    /// <exception cref="ArchiveException">The range is not closed, a subscription has yet to read it, or the file is not the range.</exception>
    public async Task Detach(long first, string path, CancellationToken ct)
    {
        var partition = await Closed(first, ct);
        await Verify(path, partition, ct);
        var sha256 = await ArchiveFile.Sha256(path, ct);
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // The lock on the parent waits for readers and stops writers behind it: better to give up soon and be asked again.
        await Execute(connection, "set local lock_timeout = '5s'", ct);
        await Execute(connection, $"alter table mt_events detach partition {partition.Table}", ct);
        await Execute(connection, $"drop table {partition.Table}", ct);
        await Execute(connection, "insert into esa_archived (first_seq, last_seq, sha256) values ($1, $2, $3)", ct, partition.First, partition.Last, sha256);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Brings a range back from its file.</summary>
    /// <exception cref="ArchiveException">No such range left the database, or the file is not what the ledger holds.</exception>
    public async Task Attach(string path, long first, CancellationToken ct)
    {
        var partition = await Find(first, ct);
        if (!partition.IsArchived)
        {
            throw new ArchiveException($"The range that begins with event {first} is in the database.");
        }

        var table = $"mt_events_p{partition.First}_{partition.Last + 1}";
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await Execute(connection, $"create table {table} (like mt_events including defaults including constraints)", ct);
        await using (var writer = await connection.BeginBinaryImportAsync(
            $"copy {table} (seq_id, id, stream_id, version, data, type, tenant_id, correlation_id, causation_id, headers, timestamp) from stdin (format binary)", ct))
        {
            await foreach (var line in ArchiveFile.Read(path, partition, _tiles, ct))
            {
                await WriteRow(writer, ArchiveFile.Parse(line), ct);
            }

            await writer.CompleteAsync(ct);
        }

        await Execute(connection, $"create unique index {table}_stream on {table} (tenant_id, stream_id, version)", ct);
        await Execute(connection, $"create unique index {table}_id on {table} (id)", ct);
        await Execute(connection, $"alter table mt_events attach partition {table} for values from ({partition.First}) to ({partition.Last + 1})", ct);
        await Execute(connection, "delete from esa_archived where first_seq = $1", ct, partition.First);
        await transaction.CommitAsync(ct);
    }

    private static async Task WriteRow(NpgsqlBinaryImporter writer, RecordedEvent e, CancellationToken ct)
    {
        await writer.StartRowAsync(ct);
        await writer.WriteAsync(e.Sequence, NpgsqlDbType.Bigint, ct);
        await writer.WriteAsync(e.Id, NpgsqlDbType.Uuid, ct);
        await writer.WriteAsync(e.Stream, NpgsqlDbType.Varchar, ct);
        await writer.WriteAsync(e.Version, NpgsqlDbType.Bigint, ct);
        await writer.WriteAsync(e.Data, NpgsqlDbType.Jsonb, ct);
        await writer.WriteAsync(e.Type, NpgsqlDbType.Varchar, ct);
        await writer.WriteAsync(e.Tenant, NpgsqlDbType.Varchar, ct);
        await EventColumns.WriteText(writer, e.Metadata.CorrelationId, ct);
        await EventColumns.WriteText(writer, e.Metadata.CausationId, ct);
        await writer.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new EventHeaders(e.Metadata.Actor, e.SchemaVersion), EventJson.Options), NpgsqlDbType.Jsonb, ct);
        await writer.WriteAsync(e.Timestamp.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
    }

    private async Task Verify(string path, Partition partition, CancellationToken ct)
    {
        await foreach (var _ in ArchiveFile.Read(path, partition, _tiles, ct))
        {
            // Reading compares.
        }
    }

    private async Task<Partition> Find(long first, CancellationToken ct) =>
        (await Partition.All(database, ct)).SingleOrDefault(each => each.First == first) ?? throw new ArchiveException($"No range of the log begins with event {first}.");

    private async Task<Partition> Closed(long first, CancellationToken ct)
    {
        var partition = await Find(first, ct);
        if (partition.IsArchived)
        {
            throw new ArchiveException($"The range that begins with event {first} is archived already.");
        }

        await using var command = database.CreateCommand("""
            select (select seq from esa_head), coalesce((select name from mt_event_progression where last_seq_id < $1 order by last_seq_id limit 1), '')
            """);
        command.Parameters.Add(new() { Value = partition.Last });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return reader.GetInt64(0) < partition.Last ? throw new ArchiveException($"The range of events {first} to {partition.Last} is not closed: the log ends at {reader.GetInt64(0)}.")
            : reader.GetString(1) is { Length: > 0 } behind ? throw new ArchiveException($"The subscription {behind} has yet to read events up to {partition.Last}.")
            : partition;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        await command.ExecuteNonQueryAsync(ct);
    }
}
