using System.Diagnostics;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Infrastructure.Compute;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>
/// The work of a batch: chunk by chunk, score, store, report. Run again it goes on behind the last chunk that was reported, and
/// comes to the same bits, so a silo may die in the middle of it.
/// </summary>
internal sealed partial class BatchWork(
    IGrainFactory grains, BulkStore bulk, DatasetReadiness readiness, BatchRows rows, LoadedModels models, AdHocModels adHoc,
    RecordedDetections recorded, BatchQueries batches, Computation computation,
    DetectionRecord record, BuildInfo build, ProductTelemetry telemetry, TimeProvider time, ILogger<BatchWork> logger)
{
    /// <summary>Under which name the contributions lie beside the stream.</summary>
    public const string Contributions = "contributions";

    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(100);

    /// <summary>Does what is left of a batch, and reports it to the batch's grain.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="batch">The batch as it stands.</param>
    /// <param name="ct">Stops it.</param>
    public async Task Run(string tenant, Batch batch, CancellationToken ct)
    {
        var grain = grains.Of<IBatchGrain>(tenant, batch.StreamId);
        try
        {
            await grain.Start(ct);
            await Work(tenant, batch.StreamId, grain, batch, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && !TransientFailure.Is(e))
        {
            LogFailed(e, batch.StreamId);
            var reason = e is Problem or ParameterException or InvalidDataException or ArgumentException
                ? e.Message : "The batch failed on the server; see its log.";
            await grain.Fail(reason, CancellationToken.None);
        }
    }

    private async Task Work(string tenant, string id, IBatchGrain grain, Batch batch, CancellationToken ct)
    {
        var (clock, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var request = batch.Requested;
        var dataset = await readiness.Wait(tenant, request.DatasetId, ct);
        if (batch.Model is null)
        {
            var made = await adHoc.Fit(tenant, id, dataset, new AdHocAlgorithm(request.Algorithm, request.Parameters, request.Seed), ct);
            await grain.Adopt(made.Metadata, new Immutable<byte[]>(made.Bytes), ct);
            batch = await batches.Get(tenant, id, ct);
        }

        var facts = batch.Model!;
        var model = await models.Load(tenant, request.Model is null ? id : request.DetectorId, facts, ct);
        var (chunks, tally, peak, stored) = (batch.Chunks, batch.Tally, batch.MemoryPeakMb, 0L);
        var reported = time.GetTimestamp();
        await foreach (var group in Groups(rows.Read(tenant, dataset.Uploaded, model.Artifact, request.Options.ChunkSize, chunks, ct),
            request.Options.ParallelJobs))
        {
            var scored = await Task.WhenAll(group.Select(chunk => Score(tenant, id, request, model, chunk, ct)));
            (chunks, tally, stored) =
                (chunks + group.Count, scored.Aggregate(tally, (sum, one) => sum.Add(one.Tally)), stored + scored.Sum(one => one.Bytes));
            peak = Math.Max(peak, GC.GetTotalMemory(false) / 1048576.0);
            if (time.GetElapsedTime(reported) >= BetweenReports || tally.Samples == request.TotalSamples)
            {
                await grain.Report(chunks, tally, peak, ct);
                reported = time.GetTimestamp();
            }
        }

        var cost = new DetectionCost(
            Stopwatch.GetElapsedTime(clock).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, Math.Round(peak, 6),
            Math.Round(stored / 1048576.0, 6));
        await RecordResult(tenant, id, request, model, dataset, tally, cost, ct);
        await grain.Complete(cost.Seconds, ct);
        telemetry.Detected(tally.Samples);
    }

    private async Task<(BatchTally Tally, long Bytes)> Score(string tenant, string id, BatchRequested request, LoadedModel model,
        BatchChunk chunk, CancellationToken ct)
    {
        var predictions = await computation.InBackground(tenant, () => chunk.Judge(model, request.Model is null, ct), ct);
        var stream = new StreamKey(tenant, id);
        var bytes = predictions.ToBytes();
        await bulk.Put(stream, new BulkBytes(DetectionRecord.Output, chunk.Index, bytes), ct);
        var size = bytes.LongLength;
        if (request.Options.ReturnExplanations)
        {
            var contributions = await computation.InBackground(
                tenant, () => Explain(request, model, chunk, predictions, ct), ct);
            await bulk.Put(stream, new BulkBytes(Contributions, chunk.Index, contributions), ct);
            size += contributions.LongLength;
        }

        return (Count(predictions, chunk.Labels, request.Options.Threshold), size);
    }

    private static byte[] Explain(BatchRequested request, LoadedModel model, BatchChunk chunk,
        Predictions predictions, CancellationToken ct)
    {
        var width = model.Artifact.FeatureNames.Count;
        var contributions = new double[predictions.Scores.Length * width];
        for (var i = 0; i < predictions.Scores.Length; i++)
        {
            ct.ThrowIfCancellationRequested();
            Detections.Explanation.Of(model, chunk.Rows, chunk.LookBack + i,
                predictions.IsAnomaly(i, request.Options.Threshold)).Contributions.CopyTo(contributions, i * width);
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

        return new BatchTally(predictions.Scores.Length, anomalies, predictions.Confidences.Sum(), count[1, 1], count[1, 0],
            count[0, 0], count[0, 1]);
    }

    private async Task RecordResult(
        string tenant, string id, BatchRequested request, LoadedModel model, Dataset dataset, BatchTally tally,
        DetectionCost cost, CancellationToken ct)
    {
        var completed = new DetectionCompleted(
            request.ResultId, request.DetectorId, dataset.Id, model.Metadata.TrainingId, model.Metadata.Version,
            model.Metadata.Sha256, build.Version,
            request.Options.Threshold, dataset.Uploaded.ManifestSha256, await recorded.HashOfPredictions(tenant, id, ct),
            new DetectionSummary(
                tally.Samples, tally.Anomalies, tally.Samples == 0 ? 0 : (double)tally.Anomalies / tally.Samples,
                tally.Samples == 0 ? 0 : tally.Confidence / tally.Samples),
            tally.Quality(), cost, time.GetUtcNow(), request.Model is null ? model.Metadata : null, id);
        try
        {
            await record.Write(tenant, completed, [], RequestMetadata.Current, ct);
        }
        catch (VersionConflictException)
        {
            LogRecordedAlready(id);
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
