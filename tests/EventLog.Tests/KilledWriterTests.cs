using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Writer;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.EventLog.Tests;

/// <summary>What is in the log when the processes that write it are killed.</summary>
public sealed class KilledWriterTests(PostgresFixture postgres)
{
    private const int Silos = 3;
    private const int Kills = 8;

    private readonly ConcurrentBag<(long First, string Mark)> _answered = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_answered_append_is_there_once_and_whole_and_the_others_are_whole_or_absent(int seed)
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Samples.Open(database);
        var read = new List<long>();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var reader = ReadOn(store, read, reading.Token);

        await WriteAndKill(database, seed);

        var all = await store.Events.Page(new EventFilter(), int.MaxValue, Ct);
        while (read.Count < all.Count)
        {
            await Task.Delay(10, Ct);
        }

        await reading.CancelAsync();
        await reader;
        Assert.NotEmpty(_answered);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(i => (long)i), all.Select(recorded => recorded.Sequence));
        Assert.Equal(all.Select(recorded => recorded.Sequence), read);
        Assert.All(all.GroupBy(recorded => recorded.Stream), stream =>
            Assert.Equal(Enumerable.Range(1, stream.Count()).Select(i => (long)i), stream.Select(recorded => recorded.Version)));
        var marks = all.Select(recorded => (recorded.Sequence, Marked: (Marked)WriterTypes.Deserialize(recorded))).ToLookup(each => each.Marked.Mark);
        Assert.All(marks, append =>
        {
            Assert.Equal(Enumerable.Range(0, append.First().Marked.Of), append.Select(each => each.Marked.Part));
            Assert.Equal(append.First().Sequence + append.Count() - 1, append.Last().Sequence);
        });
        Assert.All(_answered, answer => Assert.Equal(answer.First, marks[answer.Mark].First().Sequence));
    }

    private static Events.EventTypes WriterTypes { get; } = Events.EventTypes.From([typeof(Marked).Assembly]);

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
            if (whole?.Split(' ') is [var first, var mark])
            {
                _answered.Add((long.Parse(first, CultureInfo.InvariantCulture), mark));
            }

            whole = line;
            writes.TrySetResult();
        }

        writes.TrySetException(new InvalidOperationException("The writer ended before it wrote."));
    }

    private static async Task Kill(Writer writer)
    {
        writer.Process.Kill();
        await writer.Process.WaitForExitAsync(CancellationToken.None);
        await writer.Listening;
        writer.Process.Dispose();
    }

    private static async Task ReadOn(EventStore store, List<long> read, CancellationToken ct)
    {
        try
        {
            for (var position = 0L; ;)
            {
                await store.Head.Beyond(position, ct);
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
