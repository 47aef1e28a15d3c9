using EventSourcedAnomaly.EventLog.Events;
using Quartz;

namespace EventSourcedAnomaly.Server.Hosting;

/// <summary>
/// Starts background work in the cluster's job store. A job is named after the stream it works for, so the same event
/// delivered twice starts it once; a silo that dies has its jobs run again by another.
/// </summary>
internal sealed class Jobs(ISchedulerFactory schedulers)
{
    /// <summary>Starts a job for the stream of an event.</summary>
    public async Task Start<TJob>(RecordedEvent cause, CancellationToken ct)
        where TJob : IJob
    {
        var scheduler = await schedulers.GetScheduler(ct);
        var key = KeyOf<TJob>(cause.Tenant, cause.Stream);
        if (await scheduler.Exists(key, ct))
        {
            return;
        }

        var job = JobBuilder.Create<TJob>()
            .WithIdentity(key)
            .RequestRecovery()
            .UsingJobData("tenant", cause.Tenant)
            .UsingJobData("id", cause.Stream)
            .UsingJobData("correlation_id", cause.Origin.CorrelationId ?? string.Empty)
            .UsingJobData("causation_id", cause.Id.ToString())
            .Build();
        await scheduler.ScheduleJob(job, TriggerBuilder.Create().WithIdentity(key.Name, key.Group).StartNow().Build(), cancellationToken: ct);
    }

    /// <summary>Asks a job to stop, on whichever silo it runs.</summary>
    public async Task Interrupt<TJob>(string tenant, string stream, CancellationToken ct)
        where TJob : IJob
    {
        var scheduler = await schedulers.GetScheduler(ct);
        await scheduler.Interrupt(KeyOf<TJob>(tenant, stream), ct);
    }

    private static JobKey KeyOf<TJob>(string tenant, string stream) => new($"{tenant}/{stream}", typeof(TJob).Name);
}

/// <summary>What a job works for.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The stream.</param>
/// <param name="Origin">The conversation that started it.</param>
internal sealed record JobTarget(string Tenant, string Id, Origin Origin)
{
    /// <summary>Reads what <see cref="Jobs.Start"/> wrote.</summary>
    public static JobTarget Of(IJobExecutionContext context)
    {
        var data = context.MergedJobDataMap;
        return new JobTarget(
            data.GetString("tenant")!, data.GetString("id")!,
            new Origin($"system:{context.JobDetail.Key.Group}", data.GetString("correlation_id"), data.GetString("causation_id")));
    }
}
