using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Writer;
using Microsoft.Extensions.Logging.Abstractions;

// A silo that only writes, to be killed in the middle of it. Every append that was answered is told on standard output as
// its first sequence number and the mark that its events carry.
var (database, seed) = (args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
await using var store = await EventStore.Open(
    database, EventTypes.From([typeof(Marked).Assembly]), [], new EventStoreOptions(), NullLoggerFactory.Instance, CancellationToken.None);
await using var answers = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => Write(new Random((seed * 100) + writer), $"{seed}-{writer}"))));

async Task Write(Random random, string name)
{
    for (var i = 0; ; i++)
    {
        var mark = $"{name}-{i}";
        var count = random.Next(1, 4);
        var data = Enumerable.Range(0, count).Select(part => store.Types.Serialize(new Marked(mark, part, count))).ToArray();
        var stream = new StreamAppend(new StreamKey("acme", $"s{random.Next(6)}"), "marks", random.Next(2) == 0 ? ExpectedVersion.Any : random.Next(30), data);
        try
        {
            var result = await store.Append(new AppendRequest([stream], new EventMetadata("user:writer")), CancellationToken.None);
            await answers.WriteLineAsync($"{result.FirstSequence} {mark}");
        }
        catch (VersionConflictException)
        {
            continue;
        }
    }
}
