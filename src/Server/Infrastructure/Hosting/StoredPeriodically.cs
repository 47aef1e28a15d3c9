namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>What is noted in memory and stored every few seconds, and once more when the server stops.</summary>
internal abstract class StoredPeriodically(TimeProvider time) : BackgroundService
{
    /// <summary>How often it is stored.</summary>
    protected static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>The clock.</summary>
    protected TimeProvider Time => time;

    /// <summary>Stores what was noted since.</summary>
    protected abstract Task Store(CancellationToken ct);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Store(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Store(CancellationToken.None);
        }
    }
}
