using System.Globalization;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using Quartz;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>An event that calls off the work for its stream, on whichever silo it runs.</summary>
internal interface ICallsOff : IEvent;

/// <summary>
/// Starts background work in the cluster's job store. A job is named after the stream it works for, so the same event
/// delivered twice starts it once; a silo that dies has its jobs run again by another.
/// </summary>
internal sealed class Jobs(ISchedulerFactory schedulers, LiveFeed feed, EventStore store)
{
    /// <summary>Starts a job for the stream of an event.</summary>
    /// <param name="cause">The event.</param>
    /// <param name="ct">Stops the start.</param>
    /// <param name="part">Which of several pieces of work for the stream; null where there is one.</param>
    public async Task Start<TJob>(RecordedEvent cause, CancellationToken ct, string? part = null)
        where TJob : IJob
    {
        var scheduler = await schedulers.GetScheduler(ct);
        var key = KeyOf<TJob>(cause.Tenant, part is null ? cause.Stream : $"{cause.Stream}#{part}");
        if (await scheduler.Exists(key, ct))
        {
            return;
        }

        var job = JobBuilder.Create<TJob>()
            .WithIdentity(key)
            .RequestRecovery()
            .UsingJobData("tenant", cause.Tenant)
            .UsingJobData("id", cause.Stream)
            .UsingJobData("correlation_id", cause.Metadata.CorrelationId ?? string.Empty)
            .UsingJobData("causation_id", cause.Id.ToString())
            .UsingJobData("part", part ?? string.Empty)
            .UsingJobData("sequence", cause.Sequence.ToString(CultureInfo.InvariantCulture))
            .Build();
        await scheduler.ScheduleJob(job, TriggerBuilder.Create().WithIdentity(key.Name, key.Group).StartNow().Build(), cancellationToken: ct);
    }

    /// <summary>Works for a stream until the work is done or an event of the stream, after the one that started it, calls it off; then it ends quietly.</summary>
    /// <param name="job">What it works for.</param>
    /// <param name="work">The work.</param>
    /// <param name="ct">Stops it with the silo.</param>
    public async Task Run(JobTarget job, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = Watch(job, stop, done.Token);
        try
        {
            await work(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            await done.CancelAsync();
            await watching;
        }
    }

    // The one who calls the work off may have asked another silo: the log is what both read.
    private async Task Watch(JobTarget job, CancellationTokenSource stop, CancellationToken ct)
    {
        try
        {
            await foreach (var recorded in feed.Follow(new StreamKey(job.Tenant, job.Id), job.After, ct))
            {
                if (store.Types.Deserialize(recorded) is ICallsOff)
                {
                    await stop.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }
    }

    private static JobKey KeyOf<TJob>(string tenant, string stream) => new($"{tenant}/{stream}", typeof(TJob).Name);
}

/// <summary>What a job works for.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The stream.</param>
/// <param name="Metadata">The conversation that started it.</param>
internal sealed record JobTarget(string Tenant, string Id, EventMetadata Metadata)
{
    /// <summary>Which of several pieces of work for the stream; null where there is one.</summary>
    public string? Part { get; init; }

    /// <summary>The sequence number of the event that started it; what was called off before is another job's.</summary>
    public long After { get; init; }

    /// <summary>Reads what <see cref="Jobs.Start"/> wrote.</summary>
    public static JobTarget Of(IJobExecutionContext context)
    {
        var data = context.MergedJobDataMap;
        return new JobTarget(
            data.GetString("tenant")!, data.GetString("id")!,
            new EventMetadata($"system:{context.JobDetail.Key.Group}", data.GetString("correlation_id"), data.GetString("causation_id")))
        {
            Part = data.GetString("part") is { Length: > 0 } part ? part : null,
            After = long.TryParse(data.GetString("sequence"), CultureInfo.InvariantCulture, out var sequence) ? sequence : 0,
        };
    }
}
