using System.Diagnostics;
using System.Text.Json;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>
/// The limit: one client writes rows of the same content into a table like Marten's own, with its indexes, and nothing checked, ordered or
/// kept beside.
/// </summary>
internal static class RawInsert
{
    private const string Headers = """{"schema_version":1}""";
    private static readonly string Data = JsonSerializer.Serialize(Sampled.Example, EventJson.Options);

    public static async Task<double> SingleRows(string server, TimeSpan duration, CancellationToken ct)
    {
        await using var store = await BenchmarkStore.Open(server, ct);
        await Prepare(store.Database, ct);
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(
            """
            insert into raw_events (seq_id, id, stream_id, version, data, type, tenant_id, correlation_id, headers, user_name,
                mt_dotnet_type, timestamp)
            values ($1, $2, $3, 1, $4, 'sampled', 'acme', 'request', $5, 'user:bench', 'x', now())
            """, connection)
        {
            Parameters =
            {
                new() { NpgsqlDbType = NpgsqlDbType.Bigint }, new() { NpgsqlDbType = NpgsqlDbType.Uuid },
                    new() { NpgsqlDbType = NpgsqlDbType.Varchar },
                new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = Data }, new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = Headers },
            },
        };
        await command.PrepareAsync(ct);
        return await Repeat(duration, 1, async n =>
        {
            command.Parameters[0].Value = n;
            command.Parameters[1].Value = Guid.CreateVersion7();
            command.Parameters[2].Value = $"s{n}";
            await command.ExecuteNonQueryAsync(ct);
        });
    }

    public static async Task<double> Batches(string server, int size, TimeSpan duration, CancellationToken ct)
    {
        await using var store = await BenchmarkStore.Open(server, ct);
        await Prepare(store.Database, ct);
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        return await Repeat(duration, size, async first =>
        {
            await using var command = new NpgsqlCommand(
                """
                insert into raw_events (seq_id, id, stream_id, version, data, type, tenant_id, correlation_id, headers, user_name,
                    mt_dotnet_type, timestamp)
                select s, i, t, 1, d, 'sampled', 'acme', 'request', h, 'user:bench', 'x', now()
                    from unnest($1, $2, $3, $4, $5) as x (s, i, t, d, h)
                """, connection)
            {
                Parameters =
                {
                    new() { Value = Enumerable.Range(0, size).Select(i => first + i).ToArray() },
                    new() { Value = Enumerable.Range(0, size).Select(_ => Guid.CreateVersion7()).ToArray() },
                    new() { Value = Enumerable.Range(0, size).Select(i => $"s{first + i}").ToArray() },
                    new() { Value = Enumerable.Repeat(Data, size).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                    new() { Value = Enumerable.Repeat(Headers, size).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                },
            };
            await command.ExecuteNonQueryAsync(ct);
        });
    }

    private static async Task Prepare(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand("create table raw_events (like mt_events including all)");
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<double> Repeat(TimeSpan duration, int step, Func<long, Task> write)
    {
        var n = 1L;
        var clock = Stopwatch.StartNew();
        for (; clock.Elapsed < duration; n += step)
        {
            await write(n);
        }

        return (n - 1) / clock.Elapsed.TotalSeconds;
    }
}
