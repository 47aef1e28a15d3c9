using System.Diagnostics;
using System.Security.Cryptography;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Compute;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Observability;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>A detection just made.</summary>
internal sealed record Detected(DetectionCompleted Completed, Predictions Predictions, LoadedModel Model, Matrix Rows);

/// <summary>
/// Judges rows and records the predictions. A detection is written once and never changes, so it needs no grain: it is one append
/// to a stream of its own.
/// </summary>
internal sealed class DetectionService(DetectionRecord record, LoadedModels models, Computation computation, BuildInfo build,
    ProductTelemetry telemetry, TimeProvider time)
{
    /// <summary>Judges rows with the model that a detector has in service.</summary>
    public async Task<Detected> Detect(
        string tenant, string detectorId, Func<ModelArtifact, Matrix> rows, double? threshold, EventMetadata metadata, CancellationToken ct)
    {
        var clock = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var model = await models.InService(tenant, detectorId, ct);
        var matrix = rows(model.Artifact);
        var predictions = await Judge(tenant, model, matrix, ct);
        var (input, output) = (NumberBlock.Encode(matrix.RowRange(0, matrix.Rows)), predictions.ToBytes());
        var completed = new DetectionCompleted(
            ResourceId.New("result"), detectorId, null, model.Metadata.TrainingId, model.Metadata.Version,
            model.Metadata.Sha256, build.Version,
            threshold ?? Predictions.ModelThreshold, HashOf(input), HashOf(output),
            predictions.Summarise(threshold ?? Predictions.ModelThreshold), ClassificationMetrics.Unknown,
            new DetectionCost(
                Stopwatch.GetElapsedTime(clock).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds,
                Megabytes(GC.GetTotalAllocatedBytes() - allocated), Megabytes(input.Length + output.Length)),
            time.GetUtcNow());
        await record.Write(
            tenant, completed, [new BulkBytes(DetectionRecord.Input, 0, input), new BulkBytes(DetectionRecord.Output, 0, output)], metadata,
            ct);
        telemetry.Detected(matrix.Rows);
        return new Detected(completed, predictions, model, matrix);
    }

    private async Task<Predictions> Judge(string tenant, LoadedModel model, Matrix rows, CancellationToken ct)
    {
        var cost = ComputeCost.OfScoring(model.Metadata.Algorithm, model.Metadata.Rows, rows.Rows, rows.Columns);
        if (ComputeCost.IsSmall(cost))
        {
            return Predictions.Of(model, rows, ct);
        }

        ComputeCost.RequireInRequest(cost, model.Metadata.Algorithm, rows.Rows, "data");
        return await computation.InRequest(tenant, stop => Predictions.Of(model, rows, stop), ct);
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static double Megabytes(long bytes) => Math.Round(bytes / 1048576.0, 6);
}
