
namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>Removes, at the start and every so often, the bytes of uploads whose silo did not survive them.</summary>
internal sealed partial class CheckpointSweep(CheckpointBytes bytes, TimeProvider time, ILogger<CheckpointSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                if (await bytes.Sweep(stoppingToken) is > 0 and var removed)
                {
                    LogSwept(removed);
                }
            }
            catch (Npgsql.NpgsqlException e)
            {
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Files} files of checkpoints that were never saved")]
    private partial void LogSwept(int files);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Files of checkpoints that were never saved are removed later")]
    private partial void LogFailed(Exception exception);
}
