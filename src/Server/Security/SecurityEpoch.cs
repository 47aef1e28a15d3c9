using EventSourcedAnomaly.EventLog;

namespace EventSourcedAnomaly.Server.Security;

/// <summary>
/// How often keys, users, sessions or tenants have changed, on all silos. The count rises in the transaction of the change, so
/// whatever was found out about a credential holds as long as it stands. Requests that come while a reading is under way
/// share the next one: none trusts a count that was read before it came.
/// </summary>
internal sealed class SecurityEpoch(EventStore store)
{
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private Task<long>? _next;

    /// <summary>The count at some moment after the call.</summary>
    public Task<long> Current(CancellationToken ct)
    {
        lock (_gate)
        {
            _next ??= ReadAfter(_running);
            return _next.WaitAsync(ct);
        }
    }

    private async Task<long> ReadAfter(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            _running = _next!;
            _next = null;
        }

        await using var command = store.Database.CreateCommand("select changes from security_epoch");
        return (long)(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }
}
