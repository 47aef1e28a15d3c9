using global::Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>What became of a rebuild.</summary>
/// <param name="Projection">The projection.</param>
/// <param name="State">requested, running, swapped or failed.</param>
/// <param name="Position">The last sequence number that the rebuilt tables contain.</param>
/// <param name="LiveHash">The content hash of the live tables at that position.</param>
/// <param name="RebuiltHash">The content hash of the rebuilt ones.</param>
/// <param name="Requested">When it was asked for.</param>
/// <param name="Finished">When it was over.</param>
/// <param name="Error">Why it failed.</param>
public sealed record RebuildStatus(
    string Projection, string State, long Position, string? LiveHash, string? RebuiltHash, DateTimeOffset Requested,
    DateTimeOffset? Finished, string? Error)
{
    /// <summary>Whether the rebuilt tables were proven to be what the live ones were.</summary>
    public bool? Identical => LiveHash is null ? null : LiveHash == RebuiltHash;
}

/// <summary>
/// Projects the whole log again into tables beside the live ones. When it has come as far as the live projection, the contents of both
/// are hashed and compared, and the rebuilt tables take the place of the live ones in one transaction.
/// </summary>
internal sealed partial class ProjectionRebuild(
    IDocumentStore store, DatabaseConnections connections, IEnumerable<TableProjectionType> projections, ILogger<ProjectionRebuild> logger)
{
    private const int PageSize = 1000;

    /// <summary>The projections that can be rebuilt.</summary>
    public IReadOnlyList<string> Names => [.. projections.Select(projection => projection.Name)];

    /// <summary>Notes that a rebuild is wanted.</summary>
    /// <returns>Its number; that of the open one where there is one already.</returns>
    public async Task<long> Request(string projection, CancellationToken ct)
    {
        await using var command = connections.Database.CreateCommand("""
            with open as (select id from projection_rebuilds where projection = $1 and finished is null order by id limit 1),
                 made as (insert into projection_rebuilds (projection) select $1 where not exists (select 1 from open) returning id)
            select id from open union all select id from made
            """);
        command.Parameters.Add(new() { Value = projection });
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The last rebuild of each projection.</summary>
    public async Task<IReadOnlyList<RebuildStatus>> Last(CancellationToken ct)
    {
        await using var command = connections.Database.CreateCommand("""
            select distinct on (projection) projection, state, position, live_hash, rebuilt_hash, requested, finished, error
              from projection_rebuilds order by projection, id desc
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var all = new List<RebuildStatus>();
        while (await reader.ReadAsync(ct))
        {
            all.Add(new RebuildStatus(
                reader.GetString(0), reader.GetString(1), reader.GetInt64(2), Text(reader, 3), Text(reader, 4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6), Text(reader, 7)));
        }

        return all;
    }

    /// <summary>Does a rebuild, unless it is done already. Begun again after a crash it starts from the beginning.</summary>
    public async Task Run(long id, string name, CancellationToken ct)
    {
        var projection = projections.Single(known => known.Name == name);
        var schema = $"rebuild_{name}";
        await using var connection = await connections.Sessions.OpenConnectionAsync(ct);
        if (!await TryBegin(connection, id, projection, schema, ct))
        {
            return;
        }

        try
        {
            var rebuilt = projection.Create(schema);
            for (var position = 0L; ;)
            {
                var live = await Progression(connection, name, ct);
                position = await Project(rebuilt, position, live, ct);
                await Execute(connection, $"update projection_rebuilds set position = {position} where id = {id}", ct);
                if (await TrySwap(connection, id, projection, schema, position, ct))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogFailed(e, name);
            await Execute(connection, $"drop schema if exists {schema} cascade", ct);
            await using var command =
                new NpgsqlCommand("update projection_rebuilds set state = 'failed', error = $1, finished = now() where id = $2", connection)
                {
                    Parameters = { new() { Value = e.Message }, new() { Value = id } },
                };
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    private static async Task<bool> TryBegin(NpgsqlConnection connection, long id, TableProjectionType projection,
        string schema, CancellationToken ct)
    {
        await using var command =
            new NpgsqlCommand(
                "update projection_rebuilds set state = 'running', started = now(), position = 0 where id = $1 and finished is null",
                connection)
            {
                Parameters = { new() { Value = id } },
            };
        if (await command.ExecuteNonQueryAsync(ct) == 0)
        {
            return false;
        }

        await Execute(
            connection,
            $"""
            drop schema if exists {schema} cascade; create schema {schema};
            delete from projection_positions where name = '{TableProjection.PositionOf(schema, projection.Name)}'
            """,
            ct);
        foreach (var table in projection.Tables)
        {
            await Execute(connection, $"create table {schema}.{table} (like public.{table} including all)", ct);
        }

        return true;
    }

    private async Task<long> Project(TableProjection projection, long position, long until, CancellationToken ct)
    {
        var types = projection.IncludedEventTypes.SelectMany(type => EventSchema.FormerNamesOf(type).Prepend(EventSchema.NameOf(type)))
            .ToArray();
        while (position < until)
        {
            await using var session = store.LightweightSession();
            var after = position;
            var page = await session.Events.QueryAllRawEvents()
                .Where(@event => @event.AnyTenant() && @event.Sequence > after && @event.Sequence <= until
                    && @event.EventTypeName.IsOneOf(types))
                .OrderBy(@event => @event.Sequence).Take(PageSize).ToListAsync(ct);
            foreach (var @event in page)
            {
                await projection.ApplyAsync(session, @event, ct);
            }

            await session.SaveChangesAsync(ct);
            position = page.Count == PageSize ? page[^1].Sequence : until;
        }

        return position;
    }

    // The live projection's tables are locked first: what it has under way is waited for, and what comes then waits.
    private static async Task<bool> TrySwap(NpgsqlConnection connection, long id, TableProjectionType projection, string schema,
        long position, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await Execute(connection,
            $"lock table {string.Join(", ", projection.Tables.Select(table => $"public.{table}"))} in access exclusive mode", ct);
        if (await Progression(connection, projection.Name, ct) != position)
        {
            return false;
        }

        var (live, rebuilt) =
            (await Hash(connection, "public", projection.Tables, ct), await Hash(connection, schema, projection.Tables, ct));
        foreach (var table in projection.Tables)
        {
            await Execute(connection, $"drop table public.{table}; alter table {schema}.{table} set schema public", ct);
        }

        await Execute(connection, $"drop schema {schema} cascade; select guard_tenant_rows()", ct);
        await Execute(
            connection, $"update projection_rebuilds set state = 'swapped', live_hash = '{live}', rebuilt_hash = '{rebuilt}', finished = "
                + $"now() where id = {id}", ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static async Task<long> Progression(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select last_seq_id from mt_event_progression where name = $1", connection)
        { Parameters = { new() { Value = $"{name}:All" } } };
        return (long?)await command.ExecuteScalarAsync(ct) ?? 0;
    }

    // Rows are hashed one by one and gathered by the first bytes of their hash, so that no value grows with the table beyond what
    // PostgreSQL holds in one.
    private static async Task<string> Hash(NpgsqlConnection connection, string schema, IReadOnlyList<string> tables, CancellationToken ct)
    {
        var hashes = string.Join(" || ", tables.Select(table => $"""
            (select encode(sha256(coalesce(string_agg(hash, ''::bytea order by bucket), ''::bytea)), 'hex')
               from (select substr(row_hash, 1, 2) as bucket, sha256(string_agg(row_hash, ''::bytea order by row_hash)) as hash
                       from (select sha256(convert_to(t::text, 'UTF8')) as row_hash from {schema}.{table} t) as rows
                      group by 1) as buckets)
            """));
        await using var command = new NpgsqlCommand($"select {hashes}", connection);
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rebuild of {Name} failed; the live tables are as they were")]
    private partial void LogFailed(Exception exception, string name);
}
