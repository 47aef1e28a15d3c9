namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// One reading for all who ask while another is under way. None of them gets what was read before it asked, so sharing is not
/// seen but in the load.
/// </summary>
/// <param name="read">Reads once; not cancelled by one who no longer waits.</param>
/// <typeparam name="T">What is read.</typeparam>
public sealed class SharedReading<T>(Func<Task<T>> read)
{
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private Task<T>? _next;

    /// <summary>What stood there at some moment after the call.</summary>
    public Task<T> Next(CancellationToken ct)
    {
        lock (_gate)
        {
            _next ??= ReadAfter(_running);
            return _next.WaitAsync(ct);
        }
    }

    private async Task<T> ReadAfter(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            _running = _next!;
            _next = null;
        }

        return await read();
    }
}
