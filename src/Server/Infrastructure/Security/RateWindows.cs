using System.Collections.Concurrent;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>How a limit stands after a request.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Granted">Whether the request may pass.</param>
/// <param name="Remaining">How many more may, as far as this silo knows.</param>
/// <param name="ResetsIn">When the count begins anew.</param>
internal readonly record struct RateState(RateLimit Limit, bool Granted, int Remaining, TimeSpan ResetsIn);

/// <summary>
/// Counts requests against limits that hold across silos. A silo takes a share of a window from the database and spends it
/// in memory. Shares shrink as the window fills, so little is left unused elsewhere, and together they never exceed the limit.
/// </summary>
internal sealed partial class RateWindows(NpgsqlDataSource database, TimeProvider time, ILogger<RateWindows> logger) : BackgroundService
{
    private const int LargestShare = 10, ShareOfRest = 4;
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(string Subject, string Limit), RateWindow> _windows = new();

    /// <summary>Takes one request from a limit.</summary>
    public async ValueTask<RateState> Take(string subject, RateLimit limit, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var start = now.ToUnixTimeSeconds() / limit.Seconds * limit.Seconds;
        var resetsIn = DateTimeOffset.FromUnixTimeSeconds(start + limit.Seconds) - now;
        var window = _windows.GetOrAdd((subject, limit.Name), static _ => new RateWindow());
        if (window.Spend(start) is not { } granted)
        {
            granted = await Refill(window, subject, limit, start, ct);
        }

        return new RateState(limit, granted, Math.Max(0, limit.Amount - window.Used), resetsIn);
    }

    /// <summary>Gives a request back that another limit refused.</summary>
    public void GiveBack(string subject, RateLimit limit)
    {
        if (_windows.TryGetValue((subject, limit.Name), out var window))
        {
            window.GiveBack();
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Sweep, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Clean(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(_windows.Count);
        }
    }

    private async Task<bool> Refill(RateWindow window, string subject, RateLimit limit, long start, CancellationToken ct)
    {
        await window.Refilling.WaitAsync(ct);
        try
        {
            if (window.Spend(start) is { } granted)
            {
                return granted;
            }

            var rest = limit.Total - window.TakenAt(start);
            var share = Math.Max(1, Math.Min(limit.Total / LargestShare, rest / ShareOfRest));
            var (taken, total) = await TakeShare(subject, limit, start, share, ct);
            window.Add(start, taken, total);
            return window.Spend(start) ?? false;
        }
        finally
        {
            window.Refilling.Release();
        }
    }

    private async Task<(int Taken, int Total)> TakeShare(string subject, RateLimit limit, long start, int share, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            insert into rate_windows as w (subject, name, start, taken, last_share) values ($1, $2, $3, least($4, $5), least($4, $5))
            on conflict (subject, name, start) do update set taken = w.taken + least($4, $5 - w.taken), last_share = least($4, $5 - w.taken)
            returning last_share, taken
            """);
        foreach (var value in new object[] { subject, limit.Name, start, share, limit.Total })
        {
            command.Parameters.Add(new() { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    private async Task Clean(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var (key, window) in _windows)
        {
            // The longest window is a day; who has not asked since yesterday is counted anew.
            if (window.IsOlderThan(now.AddDays(-1).ToUnixTimeSeconds()))
            {
                _windows.TryRemove(key, out _);
            }
        }

        try
        {
            await using var command = database.CreateCommand("delete from rate_windows where start < $1");
            command.Parameters.Add(new() { Value = now.AddDays(-1).ToUnixTimeSeconds() });
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            LogLate(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old rate windows are removed later")]
    private partial void LogLate(Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} rate windows are left to the other silos")]
    private partial void LogStopped(int count);
}
