using EventSourcedAnomaly.EventLog.Archive;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>What became of a rebuild.</summary>
/// <param name="Subscription">The projection.</param>
/// <param name="State">requested, running, swapped or failed.</param>
/// <param name="Position">The last sequence number that the rebuilt tables contain.</param>
/// <param name="LiveHash">The content hash of the live tables at that position.</param>
/// <param name="RebuiltHash">The content hash of the rebuilt ones.</param>
/// <param name="Requested">When it was asked for.</param>
/// <param name="Finished">When it was over.</param>
/// <param name="Error">Why it failed.</param>
public sealed record RebuildStatus(
    string Subscription, string State, long Position, string? LiveHash, string? RebuiltHash, DateTimeOffset Requested, DateTimeOffset? Finished, string? Error)
{
    /// <summary>Whether the rebuilt tables were proven to be what the live ones were.</summary>
    public bool? Identical => LiveHash is null ? null : LiveHash == RebuiltHash;
}

/// <summary>
/// Projects the whole log again into tables beside the live ones, page by page between the pages of the live projection. When it
/// has come as far, both are at one position: their contents are hashed and compared, and the rebuilt tables take the place of
/// the live ones in one transaction.
/// </summary>
internal sealed class ProjectionRebuild : IAsyncDisposable
{
    private readonly IReadOnlyList<string> _tables;
    private readonly NpgsqlConnection _connection;
    private readonly long _id;
    private readonly string _schema;

    private ProjectionRebuild(IReadOnlyList<string> tables, NpgsqlConnection connection, long id, string schema)
    {
        _tables = tables;
        _connection = connection;
        _id = id;
        _schema = schema;
    }

    /// <summary>The last sequence number that the rebuilt tables contain.</summary>
    public long Position { get; private set; }

    /// <summary>The connection on which the projection's tables are the rebuilt ones.</summary>
    public NpgsqlConnection Connection => _connection;

    /// <summary>Asks for a rebuild.</summary>
    public static async Task Request(NpgsqlDataSource database, string subscription, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            insert into esa_rebuilds (subscription)
            select $1 where not exists (select 1 from esa_rebuilds where subscription = $1 and finished is null)
            """);
        command.Parameters.Add(new() { Value = subscription });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The last rebuild of each projection.</summary>
    public static async Task<IReadOnlyList<RebuildStatus>> Last(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            select distinct on (subscription) subscription, state, position, live_hash, rebuilt_hash, requested, finished, error
              from esa_rebuilds order by subscription, id desc
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var all = new List<RebuildStatus>();
        while (await reader.ReadAsync(ct))
        {
            all.Add(new RebuildStatus(
                reader.GetString(0), reader.GetString(1), reader.GetInt64(2), Text(reader, 3), Text(reader, 4), reader.GetFieldValue<DateTimeOffset>(5),
                reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6), Text(reader, 7)));
        }

        return all;
    }

    /// <summary>Begins a rebuild that was asked for, or begins it again when the silo that ran it is gone.</summary>
    public static async Task<ProjectionRebuild?> TryBegin(EventStore store, IProjection projection, CancellationToken ct)
    {
        if (projection.Tables.Count == 0 || await Wanted(store, projection.Name, ct) is not { } id)
        {
            return null;
        }

        if (await Partition.Archived(store.Database, ct) is [var gone, ..])
        {
            await Refuse(store, id, $"Events {gone.First} to {gone.Last} were archived; attach them first.", ct);
            return null;
        }

        var schema = $"esa_rebuild_{projection.Name}";
        var connection = await store.Sessions.OpenConnectionAsync(ct);
        var statements = new List<string> { $"drop schema if exists {schema} cascade", $"create schema {schema}" };
        statements.AddRange(projection.Tables.Select(table => $"create table {schema}.{table} (like public.{table} including all)"));
        statements.Add($"set search_path = {schema}, public");
        statements.Add($"update esa_rebuilds set state = 'running', started = now(), position = 0 where id = {id}");
        await Execute(connection, statements, ct);
        return new ProjectionRebuild(projection.Tables, connection, id, schema);
    }

    /// <summary>Notes how far it has come; call inside the transaction that projected so far.</summary>
    public async Task Advance(long position, CancellationToken ct)
    {
        await Execute(_connection, [$"update esa_rebuilds set position = {position} where id = {_id}"], ct);
        Position = position;
    }

    /// <summary>Compares and swaps. The caller sees to it that the live tables stand at <see cref="Position"/> and stay there.</summary>
    public async Task Swap(CancellationToken ct)
    {
        await using var transaction = await _connection.BeginTransactionAsync(ct);
        var live = await Hash("public", ct);
        var rebuilt = await Hash(_schema, ct);
        var statements = new List<string>();
        foreach (var table in _tables)
        {
            statements.Add($"drop table public.{table}");
            statements.Add($"alter table {_schema}.{table} set schema public");
        }

        statements.Add($"drop schema {_schema} cascade");
        statements.Add($"update esa_rebuilds set state = 'swapped', live_hash = '{live}', rebuilt_hash = '{rebuilt}', finished = now() where id = {_id}");
        await Execute(_connection, statements, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Gives it up; the live tables are as they were.</summary>
    public async Task Fail(Exception reason, CancellationToken ct)
    {
        await Execute(_connection, [$"drop schema if exists {_schema} cascade"], ct);
        await using var command = new NpgsqlCommand("update esa_rebuilds set state = 'failed', error = $1, finished = now() where id = $2", _connection)
        {
            Parameters = { new() { Value = reason.Message }, new() { Value = _id } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task Refuse(EventStore store, long id, string reason, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand("update esa_rebuilds set state = 'failed', error = $1, finished = now() where id = $2");
        command.Parameters.Add(new() { Value = reason });
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<long?> Wanted(EventStore store, string subscription, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand("select id from esa_rebuilds where subscription = $1 and finished is null order by id limit 1");
        command.Parameters.Add(new() { Value = subscription });
        return (long?)await command.ExecuteScalarAsync(ct);
    }

    // Rows are hashed one by one and gathered by the first bytes of their hash, so that no value grows with the table beyond
    // what PostgreSQL holds in one.
    private async Task<string> Hash(string schema, CancellationToken ct)
    {
        var hashes = string.Join(" || ", _tables.Select(table => $"""
            (select encode(sha256(coalesce(string_agg(hash, ''::bytea order by bucket), ''::bytea)), 'hex')
               from (select substr(row_hash, 1, 2) as bucket, sha256(string_agg(row_hash, ''::bytea order by row_hash)) as hash
                       from (select sha256(convert_to(t::text, 'UTF8')) as row_hash from {schema}.{table} t) as rows
                      group by 1) as buckets)
            """));
        await using var command = new NpgsqlCommand($"select {hashes}", _connection);
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task Execute(NpgsqlConnection connection, IEnumerable<string> statements, CancellationToken ct)
    {
        foreach (var sql in statements)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
