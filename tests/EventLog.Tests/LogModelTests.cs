using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.Tests.Shared;
using FsCheck;
using FsCheck.Fluent;

namespace EventSourcedAnomaly.EventLog.Tests;

/// <summary>Whatever is done to it, the log is what a list would be. A sequence of steps that shows otherwise is shortened to the ones that matter.</summary>
public sealed class LogModelTests(PostgresFixture postgres)
{
    private const int Sequences = 25;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Gen<Step> Steps { get; } = Gen.Frequency(
        (12, from appends in One.NonEmptyListOf() select (Step)new Step.Append([.. appends.DistinctBy(append => append.Stream).Take(3)])),
        (3, from which in Gen.Choose(0, 100) select (Step)new Step.Again(which)),
        (1, Gen.Constant((Step)new Step.Reopen())));

    private static Gen<(int Stream, Expectation Expects, int Count)> One =>
        from stream in Gen.Choose(0, 4)
        from expects in Gen.Frequency((5, Gen.Constant(Expectation.Exact)), (2, Gen.Constant(Expectation.Any)), (1, Gen.Constant(Expectation.Ahead)), (1, Gen.Constant(Expectation.New)))
        from count in Gen.Choose(1, 4)
        select (stream, expects, count);

    [Fact]
    public void It_is_a_list_with_versions()
    {
        var sequences = Arb.From(Steps.ListOf(), steps => Enumerable.Range(0, steps.Count).Select(left => (List<Step>)[.. steps.Where((_, i) => i != left)]));
        Prop.ForAll(sequences, steps => Holds(steps)).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithEndSize(40));
    }

    private async Task<bool> Holds(IReadOnlyList<Step> steps)
    {
        var database = await postgres.CreateDatabaseAsync();
        var model = new LogModel();
        var store = await Samples.Open(database);
        try
        {
            foreach (var step in steps)
            {
                if (step is Step.Reopen)
                {
                    await store.DisposeAsync();
                    store = await Samples.Open(database);
                }
                else if (!await Agrees(store, model, step))
                {
                    return false;
                }
            }

            var all = await store.Events.Page(new EventFilter(), int.MaxValue, Ct);
            return all.Select(recorded => (recorded.Stream, recorded.Version, recorded.Id)).SequenceEqual(model.Events)
                && all.Select(recorded => recorded.Sequence).SequenceEqual(Enumerable.Range(1, all.Count).Select(i => (long)i));
        }
        finally
        {
            await store.DisposeAsync();
        }
    }

    private static async Task<bool> Agrees(EventStore store, LogModel model, Step step)
    {
        switch (step)
        {
            case Step.Again again when model.Accepted > 0:
                var (earlier, first) = model.Earlier(again.Which);
                var repeated = await store.Append(earlier, Ct, idempotent: true);
                return repeated is { Duplicate: true } && repeated.FirstSequence == first;
            case Step.Append append:
                var request = Request(model, append);
                return await Outcome(store, request) == model.Append(request);
            default:
                return true;
        }
    }

    private static async Task<long?> Outcome(EventStore store, AppendRequest request)
    {
        try
        {
            return (await store.Append(request, Ct)).FirstSequence;
        }
        catch (VersionConflictException)
        {
            return null;
        }
    }

    private static AppendRequest Request(LogModel model, Step.Append append) => new(
        [.. append.Streams.Select(each => Samples.To(
            $"s{each.Stream}",
            each.Expects switch
            {
                Expectation.Any => ExpectedVersion.Any,
                Expectation.New => ExpectedVersion.NoStream,
                Expectation.Ahead => model.VersionOf($"s{each.Stream}") + 1,
                _ => model.VersionOf($"s{each.Stream}"),
            },
            [.. Enumerable.Range(0, each.Count).Select(i => Samples.Euro(i))]))],
        Samples.Metadata);
}
