using System.Collections.Concurrent;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>What only so many may do at a time, of whom one tenant is only a part: its slow clients keep nobody else out.</summary>
/// <param name="what">For the message, such as "uploads".</param>
/// <param name="total">How many at a time.</param>
/// <param name="ofTenant">How many of one tenant.</param>
/// <param name="timeout">How long to wait for a slot.</param>
internal sealed class TenantSlots(string what, int total, int ofTenant, TimeSpan timeout) : IDisposable
{
    private readonly SemaphoreSlim _all = new(total);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _tenants = new(StringComparer.Ordinal);

    /// <summary>Waits for a slot; it is free again when what this returns is disposed of.</summary>
    /// <exception cref="Problem">None came free in time.</exception>
    public async Task<IDisposable> Take(string tenant, CancellationToken ct)
    {
        var own = _tenants.GetOrAdd(tenant, _ => new SemaphoreSlim(ofTenant));
        if (!await own.WaitAsync(timeout, ct))
        {
            throw Full($"{ofTenant} {what} of this tenant are under way already; try again shortly.");
        }

        try
        {
            if (!await _all.WaitAsync(timeout, ct))
            {
                throw Full($"{total} {what} are under way already; try again shortly.");
            }
        }
        catch
        {
            own.Release();
            throw;
        }

        return new Slot(_all, own);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _all.Dispose();
        foreach (var own in _tenants.Values)
        {
            own.Dispose();
        }
    }

    private Problem Full(string message) => new(ProblemKind.Unavailable, message) { RetryAfter = timeout };

    private sealed class Slot(SemaphoreSlim all, SemaphoreSlim own) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                all.Release();
                own.Release();
            }
        }
    }
}
