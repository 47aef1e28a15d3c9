using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;
using Wolverine.Runtime;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>The words for a part's state.</summary>
internal static class HealthStatus
{
    public const string Healthy = "healthy";

    /// <summary>It works, but lags or runs short of something.</summary>
    public const string Degraded = "degraded";

    public const string Unhealthy = "unhealthy";

    /// <summary>The contracts name it, this product does without.</summary>
    public const string NotConfigured = "not_configured";
}

/// <summary>How far a subscription is behind the log.</summary>
/// <param name="Name">The subscription.</param>
/// <param name="Sequence">The last sequence number it has dealt with.</param>
/// <param name="Lag">How many sequence numbers it has yet to deal with.</param>
internal sealed record SubscriptionLag(string Name, long Sequence, long Lag);

/// <summary>How the parts of the product are.</summary>
internal sealed record HealthMetrics(
    string Status, string Database, string Workers, string Storage, double HeartbeatAgeSeconds, long Head,
    IReadOnlyList<SubscriptionLag> Subscriptions);

/// <summary>Asks the parts of the product how they are.</summary>
internal sealed class SystemHealth(
    HighWaterMark mark, Progressions progressions, IWolverineRuntime messages, MachineLoad load, ServerSettings settings, TimeProvider time)
{
    /// <summary>The log is read every second; after so long without an answer this process should be replaced.</summary>
    public static readonly TimeSpan HeartbeatLimit = TimeSpan.FromSeconds(60);

    private const long LagLimit = 10_000;
    private const long DiskFreeLimit = 256L << 20;
    private static readonly TimeSpan DatabaseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long the log has not been heard of.</summary>
    public TimeSpan HeartbeatAge
    {
        get
        {
            var age = time.GetUtcNow() - mark.LastHeard;
            return age < load.Uptime ? TimeSpan.FromSeconds(Math.Max(0, age.TotalSeconds)) : load.Uptime;
        }
    }

    /// <summary>Whether this process is alive: it still hears the log.</summary>
    public bool IsAlive => HeartbeatAge < HeartbeatLimit;

    /// <summary>Asks all of them.</summary>
    public async Task<HealthMetrics> Check(CancellationToken ct)
    {
        var head = mark.Sequence;
        var positions = await Positions(ct);
        var lags = (positions ?? []).Select(progression => new SubscriptionLag(
            progression.Name, progression.Sequence, Math.Max(0, head - progression.Sequence))).ToArray();
        var database = positions is null ? HealthStatus.Unhealthy : HealthStatus.Healthy;
        var workers = Workers(lags);
        var storage = Storage();
        return new HealthMetrics(Worst(database, workers, storage), database, workers, storage, HeartbeatAge.TotalSeconds, head, lags);
    }

    private async Task<IReadOnlyList<Progression>?> Positions(CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(DatabaseTimeout);
        try
        {
            return await progressions.All(limited.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private string Workers(IReadOnlyList<SubscriptionLag> lags) =>
        messages.Cancellation.IsCancellationRequested ? HealthStatus.Unhealthy
        : lags.Any(lag => lag.Lag > LagLimit) ? HealthStatus.Degraded
        : HealthStatus.Healthy;

    private string Storage() =>
        !Directory.Exists(settings.TempDirectory) ? HealthStatus.Unhealthy
        : load.Now.DiskFreeBytes < DiskFreeLimit ? HealthStatus.Degraded
        : HealthStatus.Healthy;

    private static string Worst(params ReadOnlySpan<string> parts) =>
        parts.Contains(HealthStatus.Unhealthy) ? HealthStatus.Unhealthy
        : parts.Contains(HealthStatus.Degraded) ? HealthStatus.Degraded
        : HealthStatus.Healthy;
}
