using System.Text.Json;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.ModelTrainings;
using EventSourcedAnomaly.Server.Infrastructure.Compute;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>An algorithm whose model is to be made for one detection or batch alone.</summary>
internal sealed record AdHocAlgorithm(string Algorithm, IReadOnlyDictionary<string, JsonElement> Parameters, int Seed)
{
    private const int RowsForEach = 3;
    private static readonly string[] Counts = ["n_neighbors", "n_clusters"];

    /// <summary>
    /// The same with fewer neighbours or clusters where the defaults are more than so few rows can tell apart; what the caller
    /// chose stays.
    /// </summary>
    public AdHocAlgorithm SuitedTo(long rows)
    {
        if (!ProductAlgorithms.Catalog.TryResolve(Algorithm, out var info))
        {
            return this;
        }

        var suited = new Dictionary<string, JsonElement>(Parameters);
        foreach (var parameter in info.Parameters.Where(parameter => Counts.Contains(parameter.Name)
            && !Parameters.ContainsKey(parameter.Name)))
        {
            if (parameter.Default is int otherwise && rows / RowsForEach < otherwise)
            {
                suited[parameter.Name] = JsonSerializer.SerializeToElement(Math.Max(1, (int)(rows / RowsForEach)));
            }
        }

        return this with { Parameters = suited };
    }
}

/// <summary>A model that was made for one detection or batch, with its bytes.</summary>
internal sealed record AdHocModel(TrainedModel Metadata, byte[] Bytes);

/// <summary>Makes models without a detector, by the same road as trainings.</summary>
internal sealed class AdHocModels(DatasetRows rows, Computation computation, BuildInfo build, TimeProvider time)
{
    /// <summary>A model of a data set.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">What it is made for; stands where a detector's model names its training.</param>
    /// <param name="dataset">What to learn from.</param>
    /// <param name="algorithm">What to fit.</param>
    /// <param name="ct">Stops the fit.</param>
    public async Task<AdHocModel> Fit(string tenant, string id, Dataset dataset, AdHocAlgorithm algorithm, CancellationToken ct)
    {
        var manifest = await rows.Manifest(tenant, dataset.Uploaded, ct);
        var inputs = manifest.InputNames(dataset.Uploaded.LabelColumn, new PreprocessingOptions());
        var (matrix, columns, _) = await rows.Load(tenant, dataset.Uploaded, inputs, ct);
        return await computation.InBackground(tenant, () => Fit(id, dataset.Id, matrix, columns, algorithm, ct), ct);
    }

    /// <summary>A model of some rows.</summary>
    public AdHocModel Fit(string id, string datasetId, Matrix matrix, IReadOnlyList<RawColumn> columns,
        AdHocAlgorithm algorithm, CancellationToken ct)
    {
        var (started, clock) = (time.GetUtcNow(), time.GetTimestamp());
        var request = new TrainingRequested(
            id, string.Empty, datasetId, algorithm.Algorithm, algorithm.Parameters, algorithm.Seed, 1,
            new TrainingOptions(0, 0, null, new PreprocessingOptions()), 0, started);
        var fitted = ModelFitting.Fit(matrix, columns, null, request, null, ct);
        var facts = new TrainedModel(
            1, id, datasetId, algorithm.Algorithm, algorithm.Parameters, algorithm.Seed, fitted.Sha256, fitted.Bytes.Length,
            columns.Count, fitted.Threshold,
            fitted.Rows, fitted.Metrics, build.Version, started, time.GetUtcNow(), time.GetElapsedTime(clock).TotalSeconds);
        return new AdHocModel(facts, fitted.Bytes);
    }
}
