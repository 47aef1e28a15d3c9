using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Log.Writer;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

// A silo that only writes, to be killed in the middle of it. Every append that was answered is told on standard output by the mark
// that its events carry. Most appends go to one stream, some to streams of two tenants at once.
var (database, seed) = (args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
await using var store = await LogStore.Open(database, services => services.AddAggregate<Marks>(), CancellationToken.None);
await using var answers = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => Write(new Random((seed * 100) + writer), $"{seed}-{writer}"))));

async Task Write(Random random, string name)
{
    for (var i = 0; ; i++)
    {
        var mark = $"{name}-{i}";
        string[] tenants = random.Next(4) == 0 ? ["acme", "globex"] : [random.Next(2) == 0 ? "acme" : "globex"];
        var (stream, each) = ($"s{random.Next(6)}", random.Next(1, 4));
        var appends = new List<StreamAppend>();
        foreach (var tenant in tenants)
        {
            var state = await store.Aggregates.Load<Marks>(tenant, stream, CancellationToken.None);
            var first = appends.Count * each;
            var events = Enumerable.Range(first, each)
                .Select(part => (IDomainEvent)new Marked(mark, part, each * tenants.Length)).ToArray();
            appends.Add(StreamAppend.On(tenant, stream, state, events, [new BulkBytes(mark, 0, [1, 2, 3])]));
        }

        try
        {
            await store.Committer.Append(new AppendRequest(new EventMetadata("user:writer"), appends), CancellationToken.None);
            await answers.WriteLineAsync(mark);
        }
        catch (VersionConflictException)
        {
            continue;
        }
    }
}
