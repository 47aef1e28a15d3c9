using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventSourcedAnomaly.Actors.Tests;

/// <summary>A small domain for the tests of the actors: a counter that cannot pass its limit.</summary>
public sealed record Counted(int By) : IEvent;

public sealed record Counter(int Value) : IAggregate<Counter>
{
    public const int Limit = 10_000;

    public static string StreamType => "counter";

    public static Counter Initial { get; } = new(0);

    public Counter Apply(Counted e) => new(Value + e.By);

    public static IReadOnlyList<IEvent> Count(Counter state, int by) => state.Value + by > Limit
        ? throw new InvalidOperationException("The limit is reached.")
        : by == 0 ? [] : [new Counted(by)];
}

public sealed class CounterGrain : Grain<Counter>
{
    public async ValueTask<int> Count(int by, CancellationToken ct) =>
        (await Raise(new EventMetadata("user:test"), state => Counter.Count(state, by), ct)).Value;

    public async ValueTask<int> Read(CancellationToken ct) => (await Current(ct)).Value;

    public ValueTask<int> Known() => new(State.Value);
}

/// <summary>A grain without a journal, for what concerns turns only.</summary>
public sealed class PlainGrain : Grain, IRemindable
{
    private int _inside;

    public List<string> Reminders { get; } = [];

    public int Turns { get; private set; }

    public int Overlaps { get; private set; }

    public bool Deactivated { get; private set; }

    public async ValueTask<int> Step(int yields)
    {
        Overlaps += Interlocked.Increment(ref _inside) > 1 ? 1 : 0;
        for (var i = 0; i < yields; i++)
        {
            await Task.Yield();
        }

        Interlocked.Decrement(ref _inside);
        return ++Turns;
    }

    public ValueTask<int> CallOther(string key, CancellationToken ct) =>
        Other<PlainGrain>(key).Call((other, token) => key == "a" ? other.Step(0) : other.CallOther("a", token), ct);

    public ValueTask OnReminder(string reminder, CancellationToken ct)
    {
        Reminders.Add(reminder);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnDeactivate(CancellationToken ct)
    {
        Deactivated = true;
        return ValueTask.CompletedTask;
    }
}

public sealed class StubbornGrain : Grain
{
    protected override ValueTask OnActivate(CancellationToken ct) => throw new InvalidOperationException("It does not want to.");
}

internal static class Silos
{
    public static async Task<(EventStore Store, Silo Silo)> Start(string database, SiloOptions? options = null)
    {
        var store = await EventStore.Open(
            database, EventTypes.From([typeof(Counted).Assembly]), [], new EventStoreOptions(), NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        return (store, new Silo(store, type => (Grain)Activator.CreateInstance(type)!, options ?? new SiloOptions(), NullLogger<Silo>.Instance));
    }
}
