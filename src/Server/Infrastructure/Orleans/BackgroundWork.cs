namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>Runs long work off the grains' scheduler, so many pieces at a time; what comes on top waits for its turn.</summary>
public sealed class BackgroundWork : IDisposable
{
    private const int MaxConcurrency = 4;
    private readonly SemaphoreSlim _slots = new(MaxConcurrency, MaxConcurrency);

    /// <summary>Runs work on the thread pool, under no activity and no request of the caller's.</summary>
    /// <param name="work">The work.</param>
    /// <param name="ct">Stops it, or the wait for its turn.</param>
    public Task Run(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(
                async () =>
                {
                    await _slots.WaitAsync(ct);
                    try
                    {
                        await work(ct);
                    }
                    finally
                    {
                        _slots.Release();
                    }
                },
                ct);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();
}
