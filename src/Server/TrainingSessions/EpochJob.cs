using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Hosting;
using EventSourcedAnomaly.Server.Surfaces;
using Quartz;

namespace EventSourcedAnomaly.Server.TrainingSessions;

/// <summary>
/// The work of one run of a session. Each epoch is committed with the state after it, so that a silo may die at any moment: whoever takes
/// the job over goes on from the last committed epoch, and the numbers are those of a run that was never interrupted.
/// </summary>
internal sealed partial class EpochJob(
    Silo silo, TrainingSessionViews sessions, EpochRows rows, MetricPoints points, EventStore store, LiveFeed feed, TimeProvider time, ILogger<EpochJob> logger) : IJob
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var job = JobTarget.Of(context);
        var run = int.Parse(job.Part!);
        while (await IsUnderWay(job, run, cancellationToken))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watching = Watch(job, stop, done.Token);
            try
            {
                await Train(job, run, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Stopped, or the silo ends: then the job store gives the work to another.
                LogInterrupted(job.Id);
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (Exception e) when (e is Npgsql.NpgsqlException { IsTransient: true } or TimeoutException or MailboxFullException)
            {
                LogDelayed(e, job.Id);
                await Task.Delay(Pause, time, cancellationToken);
            }
            catch (Exception e)
            {
                LogFailed(e, job.Id);
                var reason = e is Problem or ParameterException or InvalidDataException or EventSourcedAnomaly.Datasets.DatasetException ? e.Message : "The training failed on the server; see its log.";
                await silo.Grain<TrainingRunGrain>(job.Tenant, job.Id).Call((grain, ct) => grain.Fail(run, reason, job.Origin, ct), cancellationToken);
            }
            finally
            {
                await done.CancelAsync();
                await watching;
            }
        }
    }

    private async Task<bool> IsUnderWay(JobTarget job, int run, CancellationToken ct) =>
        await sessions.Get(job.Tenant, job.Id, ct) is { Status: TrainingRun.Running } session && session.Run == run;

    private async Task Train(JobTarget job, int run, CancellationToken ct)
    {
        var session = await sessions.Get(job.Tenant, job.Id, ct);
        if (session.Status != TrainingRun.Running || session.Run != run)
        {
            return;
        }

        var plan = session.Made.Configuration.Plan!;
        var stream = new StreamKey(job.Tenant, job.Id);
        var state = session.StateSha256 is null ? null : await store.Attachments.Get(stream, TrainingRunGrain.StateAttachment, ct);
        var data = await rows.Load(job.Tenant, plan, ct);
        var training = await Task.Run(() => EpochTraining.Begin(plan, data, state), ct);
        var grain = silo.Grain<TrainingRunGrain>(job.Tenant, job.Id);
        while (!training.IsComplete)
        {
            var metrics = await Task.Run(() => training.Next(ct), ct);
            var now = time.GetUtcNow();
            await points.Put(stream, [.. metrics.Select(metric => new MetricPoint(metric.Key, training.Epoch, metric.Value, now))], ct);
            var after = await grain.Call((one, token) => one.EndEpoch(run, training.Epoch, metrics, training.State(), now, job.Origin, token), ct);
            if (after.Status != TrainingRun.Running || after.Run != run)
            {
                return;
            }
        }

        var model = await Task.Run(() => training.Model(ct), ct);
        await grain.Call((one, token) => one.Complete(run, model, job.Origin, token), ct);
    }

    // Whoever stops the session may have asked another silo: the log is what both read.
    private async Task Watch(JobTarget job, CancellationTokenSource stop, CancellationToken ct)
    {
        try
        {
            await foreach (var recorded in feed.Follow(new StreamKey(job.Tenant, job.Id), store.Head.Sequence, ct))
            {
                if (store.Types.Deserialize(recorded) is TrainingSessionStopped)
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Training session {Session} was interrupted")]
    private partial void LogInterrupted(string session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Training session {Session} goes on later")]
    private partial void LogDelayed(Exception exception, string session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Training session {Session} failed")]
    private partial void LogFailed(Exception exception, string session);
}

/// <summary>Has every run that was started done, unless somebody else's program does it.</summary>
internal sealed class EpochDispatch(Jobs jobs, TrainingSessionViews sessions) : IReaction
{
    /// <inheritdoc/>
    public string Name => "training_session_dispatch";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(TrainingSessionStarted)];

    /// <inheritdoc/>
    public async Task React(Delivery delivery, CancellationToken ct)
    {
        if ((await sessions.Get(delivery.Recorded.Tenant, delivery.Recorded.Stream, ct)).TrainsHere)
        {
            await jobs.Start<EpochJob>(delivery.Recorded, ct, ((TrainingSessionStarted)delivery.Event).Run.ToString());
        }
    }
}
