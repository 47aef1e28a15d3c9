using System.Diagnostics;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>The limit: one client writes rows of the same content into the log's own tables, with nothing checked and nothing ordered.</summary>
internal static class RawInsert
{
    private const string Headers = """{"actor":"user:bench","schema_version":1}""";
    private static readonly string Data = Encoding.UTF8.GetString(LogBenchmark.Types.Serialize(Sampled.Example).Data);

    public static async Task<double> SingleRows(string server, TimeSpan duration, CancellationToken ct)
    {
        await using var store = await LogBenchmark.Open(server, ct);
        await Prepare(store.Database, ct);
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(
            """
            insert into mt_events (seq_id, id, stream_id, version, data, type, tenant_id, correlation_id, headers, mt_dotnet_type, timestamp)
            values ($1, $2, $3, 1, $4, 'sampled', 'acme', 'request', $5, 'x', now())
            """, connection)
        {
            Parameters =
            {
                new() { NpgsqlDbType = NpgsqlDbType.Bigint }, new() { NpgsqlDbType = NpgsqlDbType.Uuid }, new() { NpgsqlDbType = NpgsqlDbType.Varchar },
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
        await using var store = await LogBenchmark.Open(server, ct);
        await Prepare(store.Database, ct);
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        return await Repeat(duration, size, async first =>
        {
            await using var command = new NpgsqlCommand(
                """
                insert into mt_events (seq_id, id, stream_id, version, data, type, tenant_id, correlation_id, headers, mt_dotnet_type, timestamp)
                select s, i, t, 1, d, 'sampled', 'acme', 'request', h, 'x', now() from unnest($1, $2, $3, $4, $5) as x (s, i, t, d, h)
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

    public static async Task<double> Copy(string server, int size, TimeSpan duration, CancellationToken ct)
    {
        await using var store = await LogBenchmark.Open(server, ct);
        await Prepare(store.Database, ct);
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        return await Repeat(duration, size, async first =>
        {
            await using var writer = await connection.BeginBinaryImportAsync(
                "copy mt_events (seq_id, id, stream_id, version, data, type, tenant_id, correlation_id, headers, mt_dotnet_type) from stdin (format binary)", ct);
            for (var i = 0; i < size; i++)
            {
                await writer.StartRowAsync(ct);
                await writer.WriteAsync(first + i, NpgsqlDbType.Bigint, ct);
                await writer.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid, ct);
                await writer.WriteAsync($"s{first}", NpgsqlDbType.Varchar, ct);
                await writer.WriteAsync((long)i, NpgsqlDbType.Bigint, ct);
                await writer.WriteAsync(Data, NpgsqlDbType.Jsonb, ct);
                await writer.WriteAsync("sampled", NpgsqlDbType.Varchar, ct);
                await writer.WriteAsync("acme", NpgsqlDbType.Varchar, ct);
                await writer.WriteAsync("request", NpgsqlDbType.Varchar, ct);
                await writer.WriteAsync(Headers, NpgsqlDbType.Jsonb, ct);
                await writer.WriteAsync("x", NpgsqlDbType.Varchar, ct);
            }

            await writer.CompleteAsync(ct);
        });
    }

    private static async Task Prepare(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select esa_ensure_partitions(2000000, 1000000)");
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
