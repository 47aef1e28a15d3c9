using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.Actors.Tests;

public sealed class TurnTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly PostgresFixture _postgres = postgres;
    private EventStore _store = null!;
    private Silo _silo = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (_store, _silo) = await Silos.Start(
        await _postgres.CreateDatabaseAsync(),
        new SiloOptions
        {
            IdleTimeout = TimeSpan.FromMilliseconds(200), SweepInterval = TimeSpan.FromMilliseconds(50), TurnTimeout = TimeSpan.FromMilliseconds(300), MailboxLimit = 100,
        });

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Turns_of_a_grain_never_overlap_whoever_calls()
    {
        var grain = _silo.Grain<PlainGrain>("acme", "a");

        await Task.WhenAll(Enumerable.Range(0, 90).Select(i => Task.Run(
            async () =>
            {
                for (var n = 0; n < 20; n++)
                {
                    await grain.Call((plain, _) => plain.Step(i % 4), Ct);
                }
            },
            Ct)));

        var (turns, overlaps) = await grain.Call((plain, _) => ValueTask.FromResult((plain.Turns, plain.Overlaps)), Ct);
        Assert.Equal((1800, 0), (turns, overlaps));
    }

    [Fact]
    public async Task A_failed_turn_fails_its_caller_and_nobody_else()
    {
        var grain = _silo.Grain<PlainGrain>("acme", "a");

        await Assert.ThrowsAsync<FormatException>(async () => await grain.Call<int>((_, _) => throw new FormatException(), Ct));

        Assert.Equal(1, await grain.Call((plain, _) => plain.Step(1), Ct));
    }

    [Fact]
    public async Task Calling_oneself_directly_or_in_a_circle_is_an_error_and_not_a_deadlock()
    {
        await Assert.ThrowsAsync<ReentrantCallException>(async () =>
            await _silo.Grain<PlainGrain>("acme", "a").Call((plain, ct) => plain.CallOther("a", ct), Ct));
        await Assert.ThrowsAsync<ReentrantCallException>(async () =>
            await _silo.Grain<PlainGrain>("acme", "a").Call((plain, ct) => plain.CallOther("b", ct), Ct));
        Assert.Equal(1, await _silo.Grain<PlainGrain>("acme", "c").Call((plain, ct) => plain.CallOther("a", ct), Ct));
    }

    [Fact]
    public async Task A_full_mailbox_refuses_further_turns()
    {
        var grain = _silo.Grain<PlainGrain>("acme", "a");
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = Enumerable.Range(0, 100).Select(_ => grain.Call((_, _) => new ValueTask<int>(gate.Task), Ct).AsTask()).ToArray();

        await Assert.ThrowsAsync<MailboxFullException>(async () => await grain.Call((plain, _) => plain.Step(0), Ct));

        gate.SetResult(1);
        await Task.WhenAll(waiting);
        Assert.Equal(1, await grain.Call((plain, _) => plain.Step(0), Ct));
    }

    [Fact]
    public async Task A_turn_that_takes_too_long_is_cancelled_and_the_next_one_runs()
    {
        var grain = _silo.Grain<PlainGrain>("acme", "a");

        await Assert.ThrowsAsync<TimeoutException>(async () => await grain.Call(
            async (_, ct) =>
            {
                await Task.Delay(Timeout.Infinite, ct);
                return 0;
            },
            Ct));

        Assert.Equal(1, await grain.Call((plain, _) => plain.Step(0), Ct));
    }

    [Fact]
    public async Task An_idle_grain_leaves_and_a_later_call_finds_a_fresh_one()
    {
        var grain = _silo.Grain<PlainGrain>("acme", "a");
        var first = await grain.Call((plain, _) => ValueTask.FromResult(plain), Ct);

        while (_silo.ActivationCount > 0)
        {
            await Task.Delay(20, Ct);
        }

        Assert.True(first.Deactivated);
        Assert.NotSame(first, await grain.Call((plain, _) => ValueTask.FromResult(plain), Ct));
    }

    [Fact]
    public async Task Under_memory_pressure_a_grain_leaves_long_before_it_is_idle_and_returns_with_its_state()
    {
        var load = 0.5;
        var (store, silo) = await Silos.Start(
            await _postgres.CreateDatabaseAsync(),
            new SiloOptions { SweepInterval = TimeSpan.FromMilliseconds(20), MemoryPressure = 0.85, MemoryLoad = () => Volatile.Read(ref load) });
        var grains = Enumerable.Range(0, 50).Select(i => silo.Grain<CounterGrain>("acme", $"c{i}")).ToArray();
        await Task.WhenAll(grains.Select(grain => grain.Call((counter, ct) => counter.Count(3, ct), Ct).AsTask()));
        await Task.Delay(100, Ct);
        Assert.Equal(50, silo.ActivationCount);

        Volatile.Write(ref load, 0.9);
        while (silo.ActivationCount > 0)
        {
            await Task.Delay(10, Ct);
        }

        Assert.All(await Task.WhenAll(grains.Select(grain => grain.Call((counter, ct) => counter.Known(), Ct).AsTask())), value => Assert.Equal(3, value));
        await silo.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_reminder_is_a_turn_of_the_grain()
    {
        var grain = _silo.Grain<PlainGrain>("acme", "a");

        await _silo.Remind(grain.Id, "wake", Ct);

        Assert.Equal(["wake"], await grain.Call((plain, _) => ValueTask.FromResult(plain.Reminders.ToArray()), Ct));
    }

    [Fact]
    public async Task Calls_race_with_deactivation_and_none_is_lost()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        stop.CancelAfter(TimeSpan.FromSeconds(2));
        var calls = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async () =>
            {
                var count = 0;
                while (!stop.IsCancellationRequested)
                {
                    await _silo.Grain<PlainGrain>("acme", $"g{i % 4}").Call((plain, _) => plain.Step(0), Ct);
                    await Task.Delay((count++ % 5) * 60, CancellationToken.None);
                }

                return count;
            },
            Ct)));

        Assert.All(calls, count => Assert.True(count > 0));
    }

    [Fact]
    public async Task An_activation_that_fails_fails_the_turns_that_wait_for_it()
    {
        var grain = _silo.Grain<StubbornGrain>("acme", "a");

        var calls = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(
            async () => await Record.ExceptionAsync(async () => await grain.Call((_, _) => ValueTask.FromResult(0), Ct)), Ct)));

        Assert.All(calls, exception => Assert.IsType<InvalidOperationException>(exception));
    }

    [Fact]
    public async Task A_call_cancelled_before_its_turn_never_runs()
    {
        var grain = _silo.Grain<PlainGrain>("acme", "a");
        using var cancelled = new CancellationTokenSource();
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = grain.Call((_, _) => new ValueTask<int>(gate.Task), Ct).AsTask();
        var second = grain.Call((plain, _) => plain.Step(0), cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        gate.SetResult(0);
        await first;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(0, await grain.Call((plain, _) => ValueTask.FromResult(plain.Turns), Ct));
    }
}
