using System.Runtime.CompilerServices;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Marten;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>Finds batches, estimates their time, and puts them as the Platform and Reference contracts show them.</summary>
internal sealed class BatchQueries(AggregateStore aggregates, DatasetQueries datasets, BatchRows rows, EventFeed feed, TimeProvider time)
{
    private const double SecondsAtLeast = 0.1;
    private const double SecondsPerCellUnknown = 1e-6;

    /// <summary>A batch of a tenant.</summary>
    public async Task<Batch> Get(string tenant, string id, CancellationToken ct)
    {
        var state = await aggregates.Load<Batch>(tenant, id, ct);
        return state.Version > 0 ? state : throw Problem.NotFound("batch job", id);
    }

    /// <summary>A page of a tenant's batches, newest first.</summary>
    public async Task<(IReadOnlyList<Batch> States, long Total)> List(
        string tenant, string? status, string? detectorId, string? datasetId, int limit, int offset, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        IQueryable<Batch> batches = session.Query<Batch>();
        batches = status is null ? batches : batches.Where(batch => batch.Status == status);
        batches = detectorId is null
            ? batches : batches.Where(batch => batch.Request!.DetectorId == detectorId || batch.Answer!.DetectorId == detectorId);
        batches = datasetId is null ? batches : batches.Where(batch => batch.Request!.DatasetId == datasetId);
        return await batches.NewestFirst(limit, offset, ct);
    }

    /// <summary>How long a batch should take, from what earlier ones took for each cell of their data.</summary>
    public async Task<double> Estimate(string tenant, string algorithm, double cells, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        var past = await session.Query<Batch>().Where(batch => batch.Status == Batch.Completed && batch.Request!.Algorithm == algorithm)
            .OrderByDescending(batch => batch.StreamId).Take(20).ToListAsync(ct);
        var known = past.Where(batch => batch is { Seconds: > 0, Request.Cells: > 0 }).ToArray();
        var perCell = known.Length == 0
            ? SecondsPerCellUnknown : known.Sum(batch => batch.Seconds!.Value) / known.Sum(batch => batch.Requested.Cells);
        return Math.Round(Math.Max(SecondsAtLeast, perCell * cells), 1);
    }

    /// <summary>The batch once there is nothing more to come.</summary>
    public async Task<Batch> Ended(string tenant, string id, CancellationToken ct)
    {
        await foreach (var recorded in feed.Follow(new StreamKey(tenant, id), 0, ct))
        {
            if (recorded.Data is BatchCompleted or BatchAnswered or BatchFailed or BatchCancelled)
            {
                break;
            }
        }

        return await Get(tenant, id, ct);
    }

    /// <summary>The rows of a batch, chunk by chunk.</summary>
    public async IAsyncEnumerable<BatchChunk> Chunks(string tenant, string id, LoadedModel model,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var request = (await Get(tenant, id, ct)).Requested;
        var dataset = await datasets.Get(tenant, request.DatasetId, ct);
        await foreach (var chunk in rows.Read(tenant, dataset.Uploaded, model.Artifact, request.Options.ChunkSize, 0, ct))
        {
            yield return chunk;
        }
    }

    /// <summary>A batch as it stands.</summary>
    public BatchBody Body(HttpContext http, string id, Batch batch)
    {
        var (request, tally) = (batch.Request, batch.Tally);
        var total = request?.TotalSamples ?? tally.Samples;
        var asked = request?.RequestedAt ?? batch.Answer!.RequestedAt;
        return new BatchBody(
            id, id, id, id, "detection", NullIfEmpty(request?.DetectorId ?? batch.Answer!.DetectorId), request?.DatasetId,
            request?.Algorithm ?? batch.Answer!.Algorithm,
            batch.Status == Batch.Completed ? request?.ResultId : null, batch.Answer?.ResultIds, WordOf(http.ApiContract(), batch.Status),
            batch.Status == Batch.Completed ? 1 : total == 0 ? 0 : (double)tally.Samples / total,
            total, tally.Samples, tally.Anomalies, tally.Samples == 0 ? 0 : (double)tally.Anomalies / tally.Samples,
            request is null ? null : OutputOf(http, id, request.Options.OutputFormat), request?.EstimatedSeconds,
            request?.EstimatedSeconds, Remaining(batch),
            Statistics(batch), request is null
                ? null : new ParametersBody(request.Options.ChunkSize, request.Options.ParallelJobs, request.Options.Threshold,
                    request.Options.OutputFormat),
            batch.Failure, asked, batch.StartedAt ?? asked, batch.EndedAt);
    }

    /// <summary>The word of a contract for a batch's state: Platform and Reference differ on one that waits.</summary>
    public static string WordOf(ApiContract contract, string status) => status == Batch.Queued
        && contract == ApiContract.Reference ? "started" : status;

    /// <summary>Where the output will be.</summary>
    public static string OutputOf(HttpContext http, string id, string format)
    {
        var jobs = http.ApiContract() == ApiContract.Reference ? "/v1/detect/batch" : "/api/v1/batch/jobs";
        return $"{http.Request.Scheme}://{http.Request.Host}{jobs}/{id}/output.{format}";
    }

    private BatchStatistics Statistics(Batch batch)
    {
        var seconds = batch.Seconds ?? (batch.StartedAt is { } started ? ((batch.EndedAt ?? time.GetUtcNow()) - started).TotalSeconds : 0);
        return new BatchStatistics(
            Math.Round(seconds, 3), seconds > 0 ? Math.Round(batch.Tally.Samples / seconds, 1) : 0, Math.Round(batch.MemoryPeakMb, 1));
    }

    private double Remaining(Batch batch)
    {
        if (batch.Ended)
        {
            return 0;
        }

        var elapsed = batch.StartedAt is { } started ? (time.GetUtcNow() - started).TotalSeconds : 0;
        var (done, request) = (batch.Tally.Samples, batch.Requested);
        return Math.Round(done > 0 ? elapsed * (request.TotalSamples - done) / done : Math.Max(0, request.EstimatedSeconds - elapsed), 1);
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}

/// <summary>A batch; the fields of all contracts. Times in seconds.</summary>
internal sealed record BatchBody(
    string Id,
    string JobId,
    string BatchId,
    string BatchJobId,
    string JobType,
    string? DetectorId,
    string? DatasetId,
    string Algorithm,
    string? ResultId,
    IReadOnlyList<string>? ResultIds,
    string Status,
    double Progress,
    long TotalSamples,
    long ProcessedSamples,
    long AnomaliesFound,
    double AnomalyRate,
    string? OutputLocation,
    double? EstimatedTime,
    double? EstimatedDuration,
    double EstimatedRemaining,
    BatchStatistics Statistics,
    ParametersBody? Parameters,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt);

/// <summary>What a batch took; its memory is the server's managed memory at its highest meanwhile, in MB.</summary>
internal sealed record BatchStatistics(double ProcessingTime, double SamplesPerSecond, double MemoryPeak);

/// <summary>How a batch is judged.</summary>
internal sealed record ParametersBody(int BatchSize, int ParallelJobs, double Threshold, string OutputFormat);

/// <summary>A page of batches.</summary>
internal sealed record BatchList(IReadOnlyList<BatchBody> Jobs, Pagination Pagination);
