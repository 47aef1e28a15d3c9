using System.Security.Cryptography;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Compute;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>
/// The work of one run of a session. Each epoch is committed with the state after it, so that a silo may die at any moment: whoever takes
/// the job over goes on from the last committed epoch, and the numbers are those of a run that was never interrupted.
/// </summary>
internal sealed partial class EpochWork(
    IGrainFactory grains, TrainingSessionQueries sessions, EpochRows rows, MetricPoints points, CheckpointBytes checkpoints,
    BulkStore bulk, Computation computation, TimeProvider time, ILogger<EpochWork> logger)
{
    /// <summary>Trains the run that is under way, and reports each epoch to the session's grain.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="session">The session as it stands.</param>
    /// <param name="ct">Stops it.</param>
    public async Task Run(string tenant, TrainingSession session, CancellationToken ct)
    {
        try
        {
            await Train(tenant, session, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && !TransientFailure.Is(e))
        {
            LogFailed(e, session.StreamId);
            var reason = e is Problem or ParameterException or InvalidDataException or EventSourcedAnomaly.Datasets.DatasetException
                ? e.Message : "The training failed on the server; see its log.";
            await grains.Of<ITrainingSessionGrain>(tenant, session.StreamId).Fail(session.Run, reason, CancellationToken.None);
        }
    }

    private async Task Train(string tenant, TrainingSession session, CancellationToken ct)
    {
        var plan = session.Made.Configuration.Plan!;
        var stream = new StreamKey(tenant, session.StreamId);
        var state = session.StateSha256 is null ? null : await bulk.Get(stream, TrainingSessionGrain.StateAttachment, ct);
        var data = await rows.Load(tenant, plan, ct);
        var training = await computation.InBackground(tenant, () => EpochTraining.Begin(plan, data, state), ct);
        var run = session.Run;
        while (!training.IsComplete)
        {
            var metrics = await computation.InBackground(tenant, () => training.Next(ct), ct);
            session = await Commit(tenant, session, training, metrics, ct);
            if (session.Status != TrainingSession.Running || session.Run != run)
            {
                return;
            }
        }

        var model = await computation.InBackground(tenant, () => training.Model(ct), ct);
        await grains.Of<ITrainingSessionGrain>(tenant, session.StreamId).Complete(run, new Immutable<byte[]>(model), ct);
    }

    private async Task<TrainingSession> Commit(
        string tenant, TrainingSession session, EpochTraining training, IReadOnlyDictionary<string, double> metrics, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var resumable = training.State();
        var ended = new TrainingSessionEpochEnded(session.Run, training.Epoch, metrics,
            Convert.ToHexStringLower(SHA256.HashData(resumable)), now);
        await points.Put(new StreamKey(tenant, session.StreamId),
            [.. metrics.Select(metric => new MetricPoint(metric.Key, training.Epoch, metric.Value, now))], ct);
        if (!session.SavesCheckpoint(training.Epoch, metrics, training.IsComplete))
        {
            return await End(null);
        }

        await using var writing = await checkpoints.Begin(tenant, ResourceId.New("ckpt"), resumable.Length, ct);
        await writing.Write(new MemoryStream(resumable), long.MaxValue, ct);
        await writing.Assign(session.StreamId, ct);
        var after = await End(new CheckpointSaved(
            writing.Id, training.Epoch, $"epoch_{training.Epoch}.ckpt", writing.Size, writing.Sha256, writing.PartsSha256,
            metrics, null, null, null, false, now));
        if (after.Checkpoints.All.Any(kept => kept.Id == writing.Id))
        {
            await writing.Keep();
        }

        return after;

        async Task<TrainingSession> End(CheckpointSaved? checkpoint)
        {
            await grains.Of<ITrainingSessionGrain>(tenant, session.StreamId)
                .EndEpoch(ended, new Immutable<byte[]>(resumable), checkpoint, ct);
            return await sessions.Get(tenant, session.StreamId, ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Training session {Session} failed")]
    private partial void LogFailed(Exception exception, string session);
}
