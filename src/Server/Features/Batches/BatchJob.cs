using System.Diagnostics;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using Quartz;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>
/// The work of a batch: chunk by chunk, judge, store, report. Run again it goes on behind the last chunk that was reported, and
/// comes to the same bits, so a silo may die in the middle of it.
/// </summary>
internal sealed partial class BatchJob(
    Silo silo, Jobs jobs, EventStore store, DatasetReadiness readiness, BatchRows rows, LoadedModels models, AdHocModels adHoc, RecordedDetections recorded,
    DetectionRecord record, BuildInfo build, ProductTelemetry telemetry, TimeProvider time, ILogger<BatchJob> logger) : IJob
{
    /// <summary>Under which name the contributions lie beside the stream.</summary>
    public const string Contributions = "contributions";

    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(100);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var job = JobTarget.Of(context);
        var grain = silo.Grain<BatchGrain>(job.Tenant, job.Id);
        var batch = await grain.Call((it, ct) => it.Start(job.Metadata, ct), cancellationToken);
        if (batch.Request is null || batch.Ended)
        {
            return;
        }

        try
        {
            await jobs.Run(job, ct => Work(job, grain, batch, ct), cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or Npgsql.NpgsqlException { IsTransient: true }))
        {
            LogFailed(e, job.Id);
            var reason = e is Problem or ParameterException or InvalidDataException or ArgumentException ? e.Message : "The batch failed on the server; see its log.";
            await grain.Call((it, ct) => it.Fail(reason, job.Metadata, ct), CancellationToken.None);
        }
    }

    private async Task Work(JobTarget job, GrainRef<BatchGrain> grain, Batch batch, CancellationToken ct)
    {
        var (clock, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var request = batch.Requested;
        var dataset = await readiness.Wait(job.Tenant, request.DatasetId, ct);
        if (batch.Model is null)
        {
            var made = await adHoc.Fit(job.Tenant, job.Id, dataset, new AdHocAlgorithm(request.Algorithm, request.Parameters, request.Seed), ct);
            batch = await grain.Call((it, token) => it.Adopt(made.Metadata, made.Bytes, job.Metadata, token), ct);
        }

        var facts = batch.Model!;
        var model = await models.Load(job.Tenant, request.Model is null ? job.Id : request.DetectorId, facts, ct);
        var (chunks, tally, peak, stored) = (batch.Chunks, batch.Tally, batch.MemoryPeakMb, 0L);
        var reported = time.GetTimestamp();
        await foreach (var group in Groups(rows.Read(job.Tenant, dataset.Uploaded, model.Artifact, request.Options.ChunkSize, chunks, ct), request.Options.ParallelJobs))
        {
            var judged = await Task.WhenAll(group.Select(chunk => Task.Run(() => Judge(job, request, model, chunk, ct), ct)));
            (chunks, tally, stored) = (chunks + group.Count, judged.Aggregate(tally, (sum, one) => sum.Add(one.Tally)), stored + judged.Sum(one => one.Bytes));
            peak = Math.Max(peak, GC.GetTotalMemory(false) / 1048576.0);
            if (time.GetElapsedTime(reported) >= BetweenReports || tally.Samples == request.TotalSamples)
            {
                await grain.Call((it, token) => it.Report(chunks, tally, peak, job.Metadata, token), ct);
                reported = time.GetTimestamp();
            }
        }

        var cost = new DetectionCost(
            Stopwatch.GetElapsedTime(clock).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, Math.Round(peak, 6), Math.Round(stored / 1048576.0, 6));
        await RecordResult(job, request, model, dataset, tally, cost, ct);
        await grain.Call((it, token) => it.Complete(cost.Seconds, job.Metadata, token), ct);
        telemetry.Detected(tally.Samples);
    }

    private async Task<(BatchTally Tally, long Bytes)> Judge(JobTarget job, BatchRequested request, LoadedModel model, BatchChunk chunk, CancellationToken ct)
    {
        var predictions = chunk.Judge(model, request.Model is null, ct);
        var stream = new StreamKey(job.Tenant, job.Id);
        var bytes = predictions.ToBytes();
        await store.Attachments.Put(stream, new Attachment(DetectionRecord.Output, chunk.Index, bytes), ct);
        var size = bytes.LongLength;
        if (request.Options.ReturnExplanations)
        {
            var contributions = Explain(request, model, chunk, predictions, ct);
            await store.Attachments.Put(stream, new Attachment(Contributions, chunk.Index, contributions), ct);
            size += contributions.LongLength;
        }

        return (Count(predictions, chunk.Labels, request.Options.Threshold), size);
    }

    private static byte[] Explain(BatchRequested request, LoadedModel model, BatchChunk chunk, Predictions predictions, CancellationToken ct)
    {
        var width = model.Artifact.FeatureNames.Count;
        var contributions = new double[predictions.Scores.Length * width];
        for (var i = 0; i < predictions.Scores.Length; i++)
        {
            ct.ThrowIfCancellationRequested();
            Detections.Explanation.Of(model, chunk.Rows, chunk.LookBack + i, predictions.IsAnomaly(i, request.Options.Threshold)).Contributions.CopyTo(contributions, i * width);
        }

        return NumberBlock.Encode(contributions);
    }

    private static BatchTally Count(Predictions predictions, int[]? labels, double threshold)
    {
        var count = new int[2, 2];
        var anomalies = 0;
        for (var i = 0; i < predictions.Scores.Length; i++)
        {
            var anomaly = predictions.IsAnomaly(i, threshold) ? 1 : 0;
            anomalies += anomaly;
            if (labels is not null)
            {
                count[anomaly, labels[i]]++;
            }
        }

        return new BatchTally(predictions.Scores.Length, anomalies, predictions.Confidences.Sum(), count[1, 1], count[1, 0], count[0, 0], count[0, 1]);
    }

    private async Task RecordResult(
        JobTarget job, BatchRequested request, LoadedModel model, Dataset dataset, BatchTally tally, DetectionCost cost, CancellationToken ct)
    {
        var completed = new DetectionCompleted(
            request.ResultId, request.DetectorId, dataset.Id, model.Metadata.TrainingId, model.Metadata.Version, model.Metadata.Sha256, build.Version,
            request.Options.Threshold, dataset.Uploaded.ManifestSha256, await recorded.HashOfPredictions(job.Tenant, job.Id, ct),
            new DetectionSummary(
                tally.Samples, tally.Anomalies, tally.Samples == 0 ? 0 : (double)tally.Anomalies / tally.Samples,
                tally.Samples == 0 ? 0 : tally.Confidence / tally.Samples),
            tally.Quality(), cost, time.GetUtcNow(), request.Model is null ? model.Metadata : null, job.Id);
        try
        {
            await record.Write(job.Tenant, completed, [], job.Metadata, ct);
        }
        catch (VersionConflictException)
        {
            LogRecordedAlready(job.Id);
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<BatchChunk>> Groups(IAsyncEnumerable<BatchChunk> chunks, int size)
    {
        var group = new List<BatchChunk>(size);
        await foreach (var chunk in chunks)
        {
            group.Add(chunk);
            if (group.Count == size)
            {
                yield return group;
                group = new List<BatchChunk>(size);
            }
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} failed")]
    private partial void LogFailed(Exception exception, string batch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch} had its result recorded by a silo that did not survive")]
    private partial void LogRecordedAlready(string batch);
}

/// <summary>Has every batch that was asked for done.</summary>
internal sealed class BatchDispatch(Jobs jobs) : IReaction
{
    /// <inheritdoc/>
    public string Name => "batch_dispatch";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(BatchRequested)];

    /// <inheritdoc/>
    public Task React(Delivery delivery, CancellationToken ct) => jobs.Start<BatchJob>(delivery.Recorded, ct);
}
