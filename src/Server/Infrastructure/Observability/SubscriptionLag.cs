using System.Diagnostics.Metrics;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability;

/// <summary>Tells how many events everything that follows the log has yet to take in, a gauge for each.</summary>
internal sealed partial class SubscriptionLag : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Progressions _progressions;
    private readonly HighWaterMark _mark;
    private readonly TimeProvider _time;
    private readonly ILogger<SubscriptionLag> _logger;
    private IReadOnlyList<Progression> _last = [];

    /// <summary>Creates the gauge.</summary>
    public SubscriptionLag(Progressions progressions, HighWaterMark mark, ProductTelemetry telemetry, TimeProvider time,
        ILogger<SubscriptionLag> logger)
    {
        (_progressions, _mark, _time, _logger) = (progressions, mark, time, logger);
        telemetry.ObserveSubscriptionLag(() => _last.Select(progression => new Measurement<long>(
            Math.Max(0, _mark.Sequence - progression.Sequence), new KeyValuePair<string, object?>("subscription", progression.Name))));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
            {
                await Read(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task Read(CancellationToken ct)
    {
        try
        {
            _last = [.. await _progressions.All(ct)];
        }
        catch (Npgsql.NpgsqlException e)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The progress of subscriptions could not be read; it is read again")]
    private partial void LogFailed(Exception exception);
}
