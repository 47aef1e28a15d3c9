using System.Runtime.CompilerServices;
using EventSourcedAnomaly.Ledger;
using global::Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// The bulk bytes of streams. Small ones travel with the append; large ones are written part by part before the event that
/// records their hashes, and are removed again when that event never comes.
/// </summary>
public sealed class BulkStore(NpgsqlDataSource database)
{

    /// <summary>Stores one part ahead of the event that will speak of it.</summary>
    public async Task Put(StreamKey stream, BulkBytes bulk, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            insert into bulk_bytes (tenant_id, stream_id, name, part, data) values ($1, $2, $3, $4, $5)
            on conflict (tenant_id, stream_id, name, part) do update set data = excluded.data
            """);
        Identify(command, stream);
        command.Parameters.Add(new() { Value = bulk.Name });
        command.Parameters.Add(new() { Value = bulk.Part });
        command.Parameters.Add(new() { Value = bulk.Data });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>One part, or null.</summary>
    public async Task<byte[]?> Get(StreamKey stream, string name, CancellationToken ct, int part = 0)
    {
        await using var command =
            database.CreateCommand("select data from bulk_bytes where tenant_id = $1 and stream_id = $2 and name = $3 and part = $4");
        Identify(command, stream);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = part });
        return (byte[]?)await command.ExecuteScalarAsync(ct);
    }

    /// <summary>Every part under a name in order, one in memory at a time.</summary>
    public async IAsyncEnumerable<byte[]> Parts(StreamKey stream, string name, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var part = 0; await Get(stream, name, ct, part) is { } data; part++)
        {
            yield return data;
        }
    }

    /// <summary>Removes all bytes of a stream, or those under one name.</summary>
    public async Task Delete(StreamKey stream, CancellationToken ct, string? name = null)
    {
        await using var command = database.CreateCommand(
            "delete from bulk_bytes where tenant_id = $1 and stream_id = $2 and ($3::varchar is null or name = $3)");
        Identify(command, stream);
        command.Parameters.Add(new NpgsqlParameter
        { Value = (object?)name ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Varchar });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Removes bytes whose stream never came to be: what an upload leaves behind that its server did not survive.</summary>
    /// <param name="olderThan">What is younger may belong to an upload under way.</param>
    /// <param name="ct">Stops the query.</param>
    /// <returns>How many parts went.</returns>
    public async Task<int> DeleteOrphans(TimeSpan olderThan, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            delete from bulk_bytes b
             where b.created < now() - $1
               and not exists (select 1 from mt_streams s where s.tenant_id = b.tenant_id and s.id = b.stream_id)
            """);
        command.Parameters.Add(new() { Value = olderThan });
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Has bytes stored in a session's transaction.</summary>
    internal static void Queue(IDocumentOperations operations, StreamKey stream, BulkBytes bulk) => operations.QueueSqlCommand(
        "insert into bulk_bytes (tenant_id, stream_id, name, part, data) values (?, ?, ?, ?, ?) on conflict (tenant_id, stream_id, name, "
            + "part) do update set data = excluded.data",
        stream.Tenant, stream.Id, bulk.Name, bulk.Part, bulk.Data);

    private static void Identify(NpgsqlCommand command, StreamKey stream)
    {
        command.Parameters.Add(new() { Value = stream.Tenant });
        command.Parameters.Add(new() { Value = stream.Id });
    }
}
