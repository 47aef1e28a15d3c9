namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>
/// Something that one silo of the cluster does every few seconds. Every silo calls it, so that whichever lives keeps it going.
/// </summary>
[Alias("esa.ClusterTask")]
internal interface IClusterTask : IGrainWithIntegerKey
{
    /// <summary>Does it, if it is time.</summary>
    [Alias("Tick")]
    Task Tick(CancellationToken ct);
}

/// <summary>The base of such grains.</summary>
internal abstract class ClusterTaskGrain(TimeProvider time) : Grain
{
    /// <summary>How often it is done, however many silos call.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private long? _last;

    /// <summary>The clock.</summary>
    protected TimeProvider Time => time;

    /// <inheritdoc cref="IClusterTask.Tick"/>
    public async Task Tick(CancellationToken ct)
    {
        if (_last is { } last && time.GetElapsedTime(last) < Period * 0.9)
        {
            return;
        }

        _last = time.GetTimestamp();
        await Run(ct);
    }

    /// <summary>What is done.</summary>
    protected abstract Task Run(CancellationToken ct);
}

/// <summary>Which tasks there are.</summary>
/// <param name="Name">What logs call it.</param>
/// <param name="Get">The grain.</param>
internal sealed record ClusterTaskType(string Name, Func<IGrainFactory, IClusterTask> Get);

/// <summary>Calls every task of the cluster every few seconds.</summary>
internal sealed partial class ClusterTasks(IGrainFactory grains,
    IEnumerable<ClusterTaskType> tasks, TimeProvider time, ILogger<ClusterTasks> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(tasks.Select(task => Keep(task, stoppingToken)));

    private async Task Keep(ClusterTaskType task, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(ClusterTaskGrain.Period, time);
        try
        {
            do
            {
                await Tick(task, ct);
            }
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task Tick(ClusterTaskType task, CancellationToken ct)
    {
        try
        {
            await task.Get(grains).Tick(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogFailed(e, task.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The task {Task} of the cluster failed; it is tried again")]
    private partial void LogFailed(Exception exception, string task);
}

/// <summary>Registers tasks.</summary>
internal static class ClusterTaskRegistration
{
    /// <summary>Has a task done by one silo of the cluster at a time.</summary>
    public static IServiceCollection AddClusterTask<TGrain>(this IServiceCollection services)
        where TGrain : IClusterTask =>
            services.AddSingleton(new ClusterTaskType(typeof(TGrain).Name, grains => grains.GetGrain<TGrain>(0)));
}
