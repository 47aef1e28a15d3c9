using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Log.Writer;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>
/// Whatever several silos do to it, the log is what lists would be. A sequence of steps that shows otherwise is shortened to the ones
/// that matter.
/// </summary>
public sealed class LogModelTests(PostgresFixture postgres)
{
    private const int Sequences = 20;
    private const int Silos = 2;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Gen<Part> OnePart =>
        from tenant in Gen.Choose(0, 1)
        from stream in Gen.Choose(0, 3)
        from expects in Gen.Frequency(
            (8, Gen.Constant(Expectation.Exact)), (1, Gen.Constant(Expectation.Ahead)), (1, Gen.Constant(Expectation.New)),
            (1, Gen.Constant(Expectation.Unstorable)))
        from count in Gen.Choose(1, 4)
        select new Part(tenant, stream, expects, count);

    private static Gen<Step.Append> OneAppend =>
        from writer in Gen.Choose(0, Silos - 1)
        from parts in OnePart.NonEmptyListOf()
        select new Step.Append(writer, [.. parts.DistinctBy(part => part.Key).Take(3)]);

    private static Gen<Step> Steps { get; } = Gen.Frequency(
        (8, from append in OneAppend select (Step)append),
        (4, from appends in OneAppend.ListOf(6) select (Step)new Step.Together(Disjoint(appends))),
        (3, from writer in Gen.Choose(0, Silos - 1) from which in Gen.Choose(0, 100) select (Step)new Step.Again(writer, which)),
        (1, from writer in Gen.Choose(0, Silos - 1) select (Step)new Step.Reopen(writer)));

    [Fact]
    public void It_is_a_list_with_versions_for_each_stream_in_the_order_of_the_appends()
    {
        var sequences = Arb.From(Steps.ListOf(), steps =>
            Enumerable.Range(0, steps.Count).Select(left => (List<Step>)[.. steps.Where((_, i) => i != left)]));
        Prop.ForAll(sequences, steps => Holds(steps)).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithEndSize(30));
    }

    private static List<Step.Append> Disjoint(IEnumerable<Step.Append> appends)
    {
        var (taken, disjoint) = (new HashSet<StreamKey>(), new List<Step.Append>());
        foreach (var append in appends)
        {
            if (!append.Streams.Any(part => taken.Contains(part.Key)))
            {
                taken.UnionWith(append.Streams.Select(part => part.Key));
                disjoint.Add(append);
            }
        }

        return disjoint;
    }

    private async Task<bool> Holds(IReadOnlyList<Step> steps)
    {
        var database = await postgres.CreateDatabaseAsync();
        var (model, stores) = (new LogModel(), new LogStore[Silos]);
        for (var i = 0; i < Silos; i++)
        {
            stores[i] = await Samples.Open(database);
        }

        try
        {
            foreach (var step in steps)
            {
                if (step is Step.Reopen { Writer: var writer })
                {
                    await stores[writer].DisposeAsync();
                    stores[writer] = await Samples.Open(database);
                }
                else if (!await Agrees(stores, model, step))
                {
                    return false;
                }
            }

            return await IsAs(stores[0], model);
        }
        finally
        {
            foreach (var store in stores)
            {
                await store.DisposeAsync();
            }
        }
    }

    private static async Task<bool> Agrees(LogStore[] stores, LogModel model, Step step)
    {
        switch (step)
        {
            case Step.Again again when model.Accepted > 0:
                await stores[again.Writer].Committer.Append(model.Earlier(again.Which), Ct, idempotent: true);
                return true;
            case Step.Append append:
                return await Agree(stores, model, [append]);
            case Step.Together { Appends: var appends }:
                return await Agree(stores, model, appends);
            default:
                return true;
        }
    }

    private static async Task<bool> Agree(LogStore[] stores, LogModel model, IReadOnlyList<Step.Append> appends)
    {
        var requests = appends.Select(append => Request(model, append)).ToArray();
        var stored = await Task.WhenAll(requests.Select((request, i) => IsStored(stores[appends[i].Writer], request)));
        var accepted = requests.Select((request, i) =>
            model.Append(request, appends[i].Streams.All(part => part.Expects != Expectation.Unstorable))).ToArray();
        model.Order.Add(
            [.. requests.Where((_, i) => accepted[i]).SelectMany(request => request.Streams).SelectMany(stream => stream.EventIds)]);
        return stored.SequenceEqual(accepted);
    }

    private static async Task<bool> IsStored(LogStore store, AppendRequest request)
    {
        try
        {
            return await store.TryAppend(request);
        }
        catch (Exception e) when (e is PostgresException { SqlState: PostgresErrorCodes.UntranslatableCharacter }
            || e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UntranslatableCharacter })
        {
            return false;
        }
    }

    private static async Task<bool> IsAs(LogStore store, LogModel model)
    {
        var all = await store.All();
        foreach (var (key, ids) in model.Streams)
        {
            var stream = all.Where(recorded => recorded.Key == key).ToList();
            var state = await store.Aggregates.Load<Account>(key.Tenant, key.Id, Ct);
            if (!stream.Select(recorded => recorded.Id).SequenceEqual(ids) || state.Version != ids.Count
                || !stream.Select(recorded => recorded.Version).SequenceEqual(Enumerable.Range(1, ids.Count).Select(i => (long)i)))
            {
                return false;
            }
        }

        var position = 0;
        foreach (var group in model.Order)
        {
            if (!group.SetEquals(all.Skip(position).Take(group.Count).Select(recorded => recorded.Id)))
            {
                return false;
            }

            position += group.Count;
        }

        return position == all.Count;
    }

    private static AppendRequest Request(LogModel model, Step.Append append) =>
        Samples.Request([.. append.Streams.Select(part => Samples.To(
        part.Key.Tenant,
        part.Key.Id,
        part.Expects switch
        {
            Expectation.New => 0,
            Expectation.Ahead => model.VersionOf(part.Key) + 1,
            _ => model.VersionOf(part.Key),
        },
        [.. Enumerable.Range(0, part.Count)
            .Select(i => part.Expects == Expectation.Unstorable ? new Opened(Samples.Unstorable) : (IDomainEvent)Samples.Euro(i))]))]);
}
