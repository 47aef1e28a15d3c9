using System.Collections.Concurrent;
using EventSourcedAnomaly.Server.Infrastructure.Compute;

namespace EventSourcedAnomaly.Server.Tests.Compute;

/// <summary>Computation has threads of its own, and no tenant has all of them.</summary>
public sealed class ComputeThreadsTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pieces_of_one_tenant_that_do_not_end_leave_a_thread_to_the_others()
    {
        using var threads = new ComputeThreads("test", 3, 0);
        using var gate = new ManualResetEventSlim();
        var stuck = Enumerable.Range(0, 10).Select(_ => threads.Run("acme", () => gate.Wait(Timeout, Ct), Ct)).ToArray();

        Assert.Equal(42, await threads.Run("globex", () => 42, Ct).WaitAsync(Timeout, Ct));
        Assert.DoesNotContain(stuck, piece => piece.IsCompleted);
        Assert.InRange(threads.Waiting("acme"), 8, 10);

        gate.Set();
        Assert.All(await Task.WhenAll(stuck), Assert.True);
    }

    [Fact]
    public async Task Tenants_take_turns_whoever_came_first()
    {
        using var threads = new ComputeThreads("test", 2, 0);
        using var gate = new ManualResetEventSlim();
        var order = new ConcurrentQueue<string>();
        var holding = new[] { "a", "b" }.Select(tenant => threads.Run(tenant, () => gate.Wait(Timeout, Ct), Ct)).ToArray();
        var pieces = Enumerable.Repeat("acme", 50).Append("globex").Select(tenant => threads.Run(
            tenant,
            () =>
            {
                order.Enqueue(tenant);
                return tenant;
            },
            Ct)).ToArray();

        gate.Set();
        await Task.WhenAll(holding);
        await Task.WhenAll(pieces);

        Assert.InRange(order.ToList().IndexOf("globex"), 0, 5);
    }

    [Fact]
    public async Task A_parallel_loop_within_a_piece_stays_on_these_threads()
    {
        using var threads = new ComputeThreads("test", 4, 0);
        var names = new ConcurrentBag<string>();

        await threads.Run(
            "acme",
            () => Parallel.For(
                0, 200, new ParallelOptions { TaskScheduler = TaskScheduler.Current },
                _ =>
                {
                    names.Add(Thread.CurrentThread.Name ?? "a thread of the pool");
                    Thread.Sleep(1);
                }).IsCompleted,
            Ct);

        Assert.Equal(200, names.Count);
        Assert.All(names, name => Assert.StartsWith("test ", name, StringComparison.Ordinal));
        Assert.True(names.Distinct().Count() > 1, "the loop ran on one thread");
    }

    [Fact]
    public async Task A_piece_that_was_given_up_before_its_turn_does_not_run()
    {
        using var threads = new ComputeThreads("test", 2, 0);
        using var gate = new ManualResetEventSlim();
        using var left = new CancellationTokenSource();
        var holding = threads.Run("acme", () => gate.Wait(Timeout, Ct), Ct);
        var ran = false;
        var piece = threads.Run("acme", () => ran = true, left.Token);

        await left.CancelAsync();
        gate.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => piece);
        await holding;
        Assert.False(ran);
    }

    [Fact]
    public async Task What_a_piece_throws_reaches_whoever_waits_for_it()
    {
        using var threads = new ComputeThreads("test", 2, 0);

        await Assert.ThrowsAsync<InvalidDataException>(() => threads.Run<int>("acme", () => throw new InvalidDataException(), Ct));
        Assert.Equal(1, await threads.Run("acme", () => 1, Ct));
    }
}
