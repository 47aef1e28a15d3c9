using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Compute;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Observability;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>A detection without a detector that was just made.</summary>
internal sealed record DetectedAdHoc(DetectionCompleted Completed, Predictions Predictions, InlineData Data);

/// <summary>
/// Judges rows by one another: a model is fitted to them, judges them, and is forgotten; the record is enough to do it again.
/// </summary>
internal sealed class AdHocDetectionService(AdHocModels models, Computation computation, DetectionRecord record, BuildInfo build,
    ProductTelemetry telemetry, TimeProvider time)
{
    /// <summary>The algorithm of a request, with the seed 0 unless <c>random_state</c> says another.</summary>
    public static AdHocAlgorithm Algorithm(string name, IReadOnlyDictionary<string, JsonElement>? parameters)
    {
        var algorithm = DetectorConfiguration.Algorithm(name);
        if (ProductAlgorithms.NeedsLabels(algorithm))
        {
            throw Problem.Invalid("algorithm",
                $"an algorithm that learns without labels; {algorithm} needs a detector, trained on a labelled data set", name);
        }

        var accepted = DetectorConfiguration.Parameters(algorithm, parameters);
        var seed = accepted.TryGetValue("random_state", out var given) && given.ValueKind == JsonValueKind.Number
            && given.TryGetInt32(out var number) ? number : 0;
        return new AdHocAlgorithm(algorithm, accepted, seed);
    }

    /// <summary>Judges some rows and records it.</summary>
    public async Task<DetectedAdHoc> Detect(string tenant, InlineData data, AdHocAlgorithm algorithm, EventMetadata metadata,
        CancellationToken ct, string field = "data")
    {
        var (clock, cpu, allocated) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        var id = ResourceId.New("result");
        var sequential = ProductAlgorithms.Catalog.Create(algorithm.Algorithm, algorithm.Parameters, algorithm.Seed).IsSequential;
        var rows = data.Features(sequential);
        var cost = ComputeCost.OfFit(algorithm.Algorithm, rows.Rows, rows.Columns);
        ComputeCost.RequireInRequest(cost, algorithm.Algorithm, rows.Rows, field);
        var (model, predictions) = await computation.InRequest(
            tenant,
            stop =>
            {
                var made = Fit(models, id, rows, algorithm.SuitedTo(rows.Rows), stop, field);
                return (made, Predictions.OfTrainingRows(ModelArtifact.FromBytes(made.Bytes).Detector, 0, rows.Rows));
            },
            ct);
        var (input, output) = (NumberBlock.Encode(rows.Values), predictions.ToBytes());
        var completed = new DetectionCompleted(
            id, string.Empty, null, id, model.Metadata.Version, model.Metadata.Sha256, build.Version, Predictions.ModelThreshold,
            HashOf(input), HashOf(output),
            predictions.Summarise(Predictions.ModelThreshold), ClassificationMetrics.Unknown,
            new DetectionCost(
                Stopwatch.GetElapsedTime(clock).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds,
                Math.Round((GC.GetTotalAllocatedBytes() - allocated) / 1048576.0, 6),
                Math.Round((input.Length + output.Length) / 1048576.0, 6)),
            time.GetUtcNow(), model.Metadata);
        await record.Write(tenant, completed,
            [new BulkBytes(DetectionRecord.Input, 0, input), new BulkBytes(DetectionRecord.Output, 0, output)], metadata, ct);
        telemetry.Detected(rows.Rows);
        return new DetectedAdHoc(completed, predictions, data);
    }

    /// <summary>Fits a model to rows without names.</summary>
    /// <exception cref="Problem">The algorithm cannot learn from them.</exception>
    public static AdHocModel Fit(AdHocModels models, string id, Matrix rows, AdHocAlgorithm algorithm,
        CancellationToken ct, string field = "data")
    {
        try
        {
            return models.Fit(
                id, string.Empty, rows,
                [.. Enumerable.Range(0, rows.Columns).Select(j => new RawColumn($"feature_{j}", ColumnType.Float64, []))], algorithm, ct);
        }
        catch (ParameterException e)
        {
            throw new Problem(ProblemKind.Invalid, $"parameters.{e.Parameter}: expected {e.Expected}, got {e.Value}.",
                $"parameters.{e.Parameter}", e.Expected);
        }
        catch (ArgumentException e)
        {
            throw new Problem(ProblemKind.Invalid, $"{field}: {algorithm.Algorithm} cannot learn from it: {e.Message}", field,
                "rows that the algorithm can learn from");
        }
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
