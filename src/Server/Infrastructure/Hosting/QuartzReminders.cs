using EventSourcedAnomaly.Actors;
using Quartz;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>Reminders in the job store that all silos share: when one is due, whichever silo is alive gives the grain its turn.</summary>
internal sealed class QuartzReminders(ISchedulerFactory schedulers) : IReminders
{
    /// <inheritdoc/>
    public async Task Remind<TGrain>(string tenant, string key, string reminder, DateTimeOffset due, CancellationToken ct)
        where TGrain : Grain, IRemindable
    {
        var identity = IdentityOf<TGrain>(tenant, key, reminder);
        var job = JobBuilder.Create<ReminderJob>()
            .WithIdentity(identity)
            .RequestRecovery()
            .UsingJobData("grain", typeof(TGrain).FullName!)
            .UsingJobData("tenant", tenant)
            .UsingJobData("key", key)
            .UsingJobData("reminder", reminder)
            .Build();
        var trigger = TriggerBuilder.Create().WithIdentity(identity.Name, identity.Group).StartAt(due).Build();
        var scheduler = await schedulers.GetScheduler(ct);
        await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, ct);
    }

    /// <inheritdoc/>
    public async Task Forget<TGrain>(string tenant, string key, string reminder, CancellationToken ct)
        where TGrain : Grain, IRemindable
    {
        var scheduler = await schedulers.GetScheduler(ct);
        await scheduler.DeleteJob(IdentityOf<TGrain>(tenant, key, reminder), ct);
    }

    private static JobKey IdentityOf<TGrain>(string tenant, string key, string reminder) => new($"{tenant}/{key}#{reminder}", $"reminder:{typeof(TGrain).Name}");
}

/// <summary>Reminds one grain.</summary>
internal sealed class ReminderJob(Silo silo) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var data = context.MergedJobDataMap;
        var type = typeof(ReminderJob).Assembly.GetType(data.GetString("grain")!, throwOnError: true)!;
        return silo.Remind(new GrainId(data.GetString("tenant")!, type, data.GetString("key")!), data.GetString("reminder")!, cancellationToken);
    }
}
