using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>
/// Has work that follows no event done by one silo of the cluster at a time: by whichever holds the work's advisory lock. When the
/// connection that holds it is lost the work is stopped, and another silo, or the same one, takes it up.
/// </summary>
public sealed partial class LeaderElection(EventStore store, EventStoreOptions options, ILogger<LeaderElection> logger)
{
    /// <summary>Works whenever this silo is the owner, until it is stopped.</summary>
    /// <param name="name">What the work is called; one owner for each name.</param>
    /// <param name="work">The work. Its token is cancelled when the silo stops or is no longer the owner.</param>
    /// <param name="ct">Stops it.</param>
    public async Task Run(string name, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await store.Sessions.OpenConnectionAsync(ct);
                if (await TryOwn(connection, name, ct))
                {
                    // An owner before this one that lost its connection finds out within a poll, and stops.
                    await Task.Delay(2 * options.PollInterval, options.Time, ct);
                    await WorkWhileOwned(connection, work, ct);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogStopped(e, name);
            }

            await Task.Delay(options.PollInterval, options.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<bool> TryOwn(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1, 2))", connection) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task WorkWhileOwned(NpgsqlConnection connection, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var owned = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var working = work(owned.Token);
        try
        {
            await using var ping = new NpgsqlCommand("select 1", connection);
            while (!working.IsCompleted)
            {
                await Task.WhenAny(working, Task.Delay(options.PollInterval, options.Time, ct));
                await ping.ExecuteScalarAsync(ct);
            }
        }
        finally
        {
            await owned.CancelAsync();
            await ((Task)Task.WhenAll(working)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await working;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Name} stopped; it starts again shortly")]
    private partial void LogStopped(Exception exception, string name);
}
