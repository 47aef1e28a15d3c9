using System.Security.Cryptography;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Quartz;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>
/// The work of one run of a session. Each epoch is committed with the state after it, so that a silo may die at any moment: whoever takes
/// the job over goes on from the last committed epoch, and the numbers are those of a run that was never interrupted.
/// </summary>
internal sealed partial class EpochJob(
    Silo silo, Jobs jobs, TrainingSessionQueries sessions, EpochRows rows, MetricPoints points, CheckpointBytes checkpoints, EventStore store, TimeProvider time,
    ILogger<EpochJob> logger) : IJob
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var job = JobTarget.Of(context);
        try
        {
            await jobs.Run(job, ct => Work(job, int.Parse(job.Part!), ct), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The silo stops; the job store gives the work to another.
            LogInterrupted(job.Id);
            throw;
        }
    }

    private async Task Work(JobTarget job, int run, CancellationToken ct)
    {
        while (await sessions.Get(job.Tenant, job.Id, ct) is { Status: TrainingSession.Running } session && session.Run == run)
        {
            try
            {
                await Train(job, session, ct);
            }
            catch (Exception e) when (e is Npgsql.NpgsqlException { IsTransient: true } or TimeoutException or MailboxFullException)
            {
                LogDelayed(e, job.Id);
                await Task.Delay(Pause, time, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogFailed(e, job.Id);
                var reason = e is Problem or ParameterException or InvalidDataException or EventSourcedAnomaly.Datasets.DatasetException ? e.Message : "The training failed on the server; see its log.";
                await silo.Grain<TrainingSessionGrain>(job.Tenant, job.Id).Call((grain, token) => grain.Fail(run, reason, job.Metadata, token), CancellationToken.None);
            }
        }
    }

    private async Task Train(JobTarget job, TrainingSession session, CancellationToken ct)
    {
        var plan = session.Made.Configuration.Plan!;
        var stream = new StreamKey(job.Tenant, job.Id);
        var state = session.StateSha256 is null ? null : await store.Attachments.Get(stream, TrainingSessionGrain.StateAttachment, ct);
        var data = await rows.Load(job.Tenant, plan, ct);
        var training = await Task.Run(() => EpochTraining.Begin(plan, data, state), ct);
        var run = session.Run;
        while (!training.IsComplete)
        {
            var metrics = await Task.Run(() => training.Next(ct), ct);
            session = await Commit(job, session, training, metrics, ct);
            if (session.Status != TrainingSession.Running || session.Run != run)
            {
                return;
            }
        }

        var model = await Task.Run(() => training.Model(ct), ct);
        await silo.Grain<TrainingSessionGrain>(job.Tenant, job.Id).Call((one, token) => one.Complete(run, model, job.Metadata, token), ct);
    }

    private async Task<TrainingSession> Commit(JobTarget job, TrainingSession session, EpochTraining training, IReadOnlyDictionary<string, double> metrics, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var resumable = training.State();
        var ended = new TrainingSessionEpochEnded(session.Run, training.Epoch, metrics, Convert.ToHexStringLower(SHA256.HashData(resumable)), now);
        await points.Put(new StreamKey(job.Tenant, job.Id), [.. metrics.Select(metric => new MetricPoint(metric.Key, training.Epoch, metric.Value, now))], ct);
        if (!session.SavesCheckpoint(training.Epoch, metrics, training.IsComplete))
        {
            return await End(null);
        }

        await using var writing = await checkpoints.Begin(job.Tenant, ResourceId.New("ckpt"), resumable.Length, ct);
        await writing.Write(new MemoryStream(resumable), long.MaxValue, ct);
        await writing.Assign(job.Id, ct);
        var after = await End(new CheckpointSaved(
            writing.Id, training.Epoch, $"epoch_{training.Epoch}.ckpt", writing.Size, writing.Sha256, writing.PartsSha256, metrics, null, null, null, false, now));
        if (after.Checkpoints.All.Any(kept => kept.Id == writing.Id))
        {
            await writing.Keep();
        }

        return after;

        async Task<TrainingSession> End(CheckpointSaved? checkpoint) =>
            await silo.Grain<TrainingSessionGrain>(job.Tenant, job.Id).Call((grain, token) => grain.EndEpoch(ended, resumable, checkpoint, job.Metadata, token), ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Training session {Session} was interrupted")]
    private partial void LogInterrupted(string session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Training session {Session} goes on later")]
    private partial void LogDelayed(Exception exception, string session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Training session {Session} failed")]
    private partial void LogFailed(Exception exception, string session);
}

/// <summary>Has every run that was started done, unless somebody else's program does it.</summary>
internal sealed class EpochDispatch(Jobs jobs, TrainingSessionQueries sessions) : IReaction
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
