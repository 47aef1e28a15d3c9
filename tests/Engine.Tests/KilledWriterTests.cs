using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Log.Writer;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>What is in the log when the processes that write it are killed.</summary>
public sealed class KilledWriterTests(PostgresFixture postgres)
{
    private const int Silos = 3;
    private const int Kills = 8;

    private readonly ConcurrentBag<string> _answered = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_answered_append_is_there_once_and_whole_and_the_others_are_whole_or_absent(int seed)
    {
        var database = await postgres.CreateDatabaseAsync();
        var subscribed = new ConcurrentQueue<long>();
        await using var store = await LogStore.Open(
            database,
            services =>
            {
                services.AddAggregate<Marks>();
                services.AddSeen(subscribed);
            },
            Ct);
        await store.StartDaemon();
        var read = new List<long>();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var reader = ReadOn(store, read, reading.Token);

        await WriteAndKill(database, seed);

        var all = await store.All();
        await Samples.Until(() => Task.FromResult(read.Count >= all.Count && subscribed.Count >= all.Count),
            "the readers to reach the end of the log");
        await reading.CancelAsync();
        await reader;
        Assert.NotEmpty(_answered);
        Assert.Equal(all.Select(recorded => recorded.Sequence), read);
        Assert.Equal(all.Select(recorded => recorded.Sequence), subscribed);
        AssertStreams(all);
        AssertAppends(all);
        await AssertStatesAndBytes(store, all);
    }

    private static void AssertStreams(IReadOnlyList<RecordedEvent> all) => Assert.All(all.GroupBy(recorded => recorded.Key), stream =>
        Assert.Equal(Enumerable.Range(1, stream.Count()).Select(i => (long)i), stream.Select(recorded => recorded.Version)));

    private void AssertAppends(IReadOnlyList<RecordedEvent> all)
    {
        var marks = all.Select(Read).ToLookup(marked => marked.Mark, StringComparer.Ordinal);
        Assert.All(marks, append => Assert.Equal(Enumerable.Range(0, append.First().Of), append.Select(marked => marked.Part).Order()));
        Assert.All(_answered, mark => Assert.True(marks.Contains(mark), $"The append {mark} was answered and is not there."));
        Assert.Equal(_answered.Count, _answered.Distinct(StringComparer.Ordinal).Count());
    }

    private static async Task AssertStatesAndBytes(LogStore store, IReadOnlyList<RecordedEvent> all)
    {
        foreach (var stream in all.GroupBy(recorded => recorded.Key))
        {
            var (last, state) = (stream.Last(), await store.Aggregates.Load<Marks>(stream.Key.Tenant, stream.Key.Id, Ct));
            Assert.Equal((last.Version, Read(last).Mark), (state.Version, state.Last));
        }

        Assert.Equal(
            all.Select(recorded => (recorded.Tenant, Read(recorded).Mark)).Distinct().Count(),
            await store.Database.Scalar<long>("select count(*) from bulk_bytes"));
    }

    private static Marked Read(RecordedEvent recorded) => JsonSerializer.Deserialize<Marked>(recorded.Data, EventJson.Options)!;

    private async Task WriteAndKill(string database, int seed)
    {
        var random = new Random(seed);
        var (started, writers) = (0, new List<Writer>());
        for (var kill = 0; kill < Kills; kill++)
        {
            while (writers.Count < Silos)
            {
                writers.Add(Start(database, (seed * 1000) + started++));
            }

            var victim = random.Next(writers.Count);
            // killed while it starts, it would not be killed in the middle of an append
            await writers[victim].Writes.WaitAsync(Ct);
            await Task.Delay(random.Next(10, 700), Ct);
            await Kill(writers[victim]);
            writers.RemoveAt(victim);
        }

        await Task.WhenAll(writers.Select(Kill));
    }

    /// <param name="Process">Appends until it is killed.</param>
    /// <param name="Listening">Ends with it.</param>
    /// <param name="Writes">Done when its first append was answered.</param>
    private sealed record Writer(Process Process, Task Listening, Task Writes);

    private Writer Start(string database, int seed)
    {
        var start = new ProcessStartInfo(
            "dotnet", [typeof(Marked).Assembly.Location, database, seed.ToString(CultureInfo.InvariantCulture)])
        { RedirectStandardOutput = true, UseShellExecute = false };
        var process = Process.Start(start)!;
        var writes = new TaskCompletionSource();
        return new Writer(process, Listen(process.StandardOutput, writes), writes.Task);
    }

    private async Task Listen(StreamReader answers, TaskCompletionSource writes)
    {
        // The last line of a killed process may be cut short, so a line counts when another follows it.
        string? whole = null;
        while (await answers.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (whole is not null)
            {
                _answered.Add(whole);
            }

            whole = line;
            writes.TrySetResult();
        }

        writes.TrySetException(new InvalidOperationException("The writer ended before it wrote."));
    }

    // SIGKILL: nothing of the process runs any more.
    private static async Task Kill(Writer writer)
    {
        writer.Process.Kill();
        await writer.Process.WaitForExitAsync(CancellationToken.None);
        await writer.Listening;
        writer.Process.Dispose();
    }

    private static async Task ReadOn(LogStore store, List<long> read, CancellationToken ct)
    {
        try
        {
            for (var position = 0L; ;)
            {
                await store.Mark.Beyond(position, ct);
                foreach (var recorded in await store.Events.Page(new EventFilter { After = position }, 100, ct))
                {
                    read.Add(position = recorded.Sequence);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }
    }
}
