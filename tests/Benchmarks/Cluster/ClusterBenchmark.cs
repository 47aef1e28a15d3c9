using EventSourcedAnomaly.Benchmarks.Log;
using EventSourcedAnomaly.Benchmarks.Serving;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Cluster;

/// <summary>
/// Two silos under work, one of them killed (SIGKILL): seconds until the other goes on with each kind of work. The worst of the rounds.
/// </summary>
internal static class ClusterBenchmark
{
    private const int Rounds = 3;
    private const double Target = 10;

    public static Task Run(Report report, CancellationToken ct) => LogBenchmark.OnServer(
        async postgres =>
        {
            var database = await BenchmarkStore.NewDatabase(postgres, ct);
            await using var source = NpgsqlDataSource.Create(database);
            await using var survivor = await ProductProcess.Start(Folder(), database, ct);
            var worst = new Dictionary<string, double>(StringComparer.Ordinal);
            for (var round = 0; round < Rounds; round++)
            {
                await using var victim = await ProductProcess.Start(Folder(), database, ct);
                foreach (var (work, seconds) in await Round(survivor, victim, source, ct))
                {
                    worst[work] = Math.Max(seconds, worst.GetValueOrDefault(work));
                }
            }

            foreach (var (work, seconds) in worst)
            {
                report.Add(Measurement.Against($"a silo killed: {work} go on after", seconds, "s", $"{Target} s", Target));
            }
        },
        ct);

    private static async Task<IReadOnlyList<(string Work, double Seconds)>> Round(
        ServedProcess survivor, ServedProcess victim, NpgsqlDataSource database, CancellationToken ct)
    {
        var work = await ClusterWork.Begin(survivor.Http, victim.Http, ct);
        var expiring = await work.ExpiringKey(TimeSpan.FromSeconds(2), ct);
        var killed = TimeProvider.System.GetTimestamp();
        await victim.Kill(ct);
        return await Task.WhenAll(
            Measure("grains", work.GrainsAnswer(ct)),
            Measure("sign-ins", work.SignInsSucceed(ct)),
            Measure("subscriptions", SubscriptionsCaughtUp(database, ct)),
            Measure("jobs", work.JobsMove(ct)),
            Measure("scheduled messages", Expired(database, expiring, ct)));

        async Task<(string, double)> Measure(string name, Task goesOn)
        {
            await goesOn;
            return (name, TimeProvider.System.GetElapsedTime(killed).TotalSeconds);
        }
    }

    private static string Folder() => Directory.CreateTempSubdirectory("esa-bench-").FullName;

    /// <summary>What was committed after the kill has been dealt with by every subscription.</summary>
    private static async Task SubscriptionsCaughtUp(NpgsqlDataSource database, CancellationToken ct)
    {
        var before = await Scalar(database, "select max(seq_id) from mt_events", ct);
        while (await Scalar(database, "select max(seq_id) from mt_events", ct) == before)
        {
            await Task.Delay(20, ct);
        }

        var head = await Scalar(database, "select max(seq_id) from mt_events", ct);
        while (await Scalar(database, "select min(last_seq_id) from mt_event_progression where name like '%:All'", ct) < head)
        {
            await Task.Delay(20, ct);
        }
    }

    /// <summary>The message that ends a key was delivered, though the silo that had scheduled it may be the one that is gone.</summary>
    private static async Task Expired(NpgsqlDataSource database, string key, CancellationToken ct)
    {
        while (await Scalar(database, $"select count(*) from mt_events where stream_id = '{key}' and type = 'api_key_expired'", ct) == 0)
        {
            await Task.Delay(20, ct);
        }
    }

    private static async Task<long> Scalar(NpgsqlDataSource database, string sql, CancellationToken ct)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
