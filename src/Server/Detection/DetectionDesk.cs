using System.Diagnostics;
using System.Security.Cryptography;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Detectors;
using EventSourcedAnomaly.Server.Hosting;
using EventSourcedAnomaly.Server.Observability;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Detection;

/// <summary>A detection just made.</summary>
internal sealed record Detected(DetectionCompleted Completed, Verdicts Verdicts, LoadedModel Model, Matrix Rows);

/// <summary>
/// Judges rows and records the verdicts. A detection is written once and never changes, so it needs no grain: it is one append
/// to a stream of its own.
/// </summary>
internal sealed class DetectionDesk(DetectionRecord record, LoadedModels models, BuildInfo build, ProductTelemetry telemetry, TimeProvider time)
{
    /// <summary>Judges rows with the model that a detector has in service.</summary>
    public async Task<Detected> Detect(
        string tenant, string detectorId, Func<ModelArtifact, Matrix> rows, double? threshold, Origin origin, CancellationToken ct)
    {
        var clock = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var model = await models.InService(tenant, detectorId, ct);
        var matrix = rows(model.Artifact);
        var verdicts = Verdicts.Of(model, matrix, ct);
        var (input, output) = (NumberBlock.Encode(matrix.RowRange(0, matrix.Rows)), verdicts.ToBytes());
        var completed = new DetectionCompleted(
            ResourceId.New("result"), detectorId, null, model.Facts.TrainingId, model.Facts.Version, model.Facts.Sha256, build.Version,
            threshold ?? Verdicts.ModelThreshold, HashOf(input), HashOf(output),
            verdicts.Summarise(threshold ?? Verdicts.ModelThreshold), QualityFigures.Unknown,
            new DetectionCost(
                Stopwatch.GetElapsedTime(clock).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds,
                Megabytes(GC.GetTotalAllocatedBytes() - allocated), Megabytes(input.Length + output.Length)),
            time.GetUtcNow());
        await record.Write(
            tenant, completed, [new Attachment(DetectionRecord.Input, 0, input), new Attachment(DetectionRecord.Output, 0, output)], origin, ct);
        telemetry.Detected(matrix.Rows);
        return new Detected(completed, verdicts, model, matrix);
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static double Megabytes(long bytes) => Math.Round(bytes / 1048576.0, 6);
}
