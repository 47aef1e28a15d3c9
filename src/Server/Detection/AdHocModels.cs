using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Batches;
using EventSourcedAnomaly.Server.Datasets;
using EventSourcedAnomaly.Server.Detectors;
using EventSourcedAnomaly.Server.Hosting;
using EventSourcedAnomaly.Server.Training;

namespace EventSourcedAnomaly.Server.Detection;

/// <summary>A model that was made for one detection or batch, with its bytes.</summary>
internal sealed record AdHocModel(TrainedModel Facts, byte[] Bytes);

/// <summary>Makes models without a detector, by the same road as trainings.</summary>
internal sealed class AdHocModels(DatasetRows rows, BuildInfo build, TimeProvider time)
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
        return await Task.Run(() => Fit(id, dataset.Id, matrix, columns, algorithm, ct), ct);
    }

    /// <summary>A model of some rows.</summary>
    public AdHocModel Fit(string id, string datasetId, Matrix matrix, IReadOnlyList<RawColumn> columns, AdHocAlgorithm algorithm, CancellationToken ct)
    {
        var (started, clock) = (time.GetUtcNow(), time.GetTimestamp());
        var request = new TrainingRequested(
            id, string.Empty, datasetId, algorithm.Algorithm, algorithm.Parameters, algorithm.Seed, 1,
            new TrainingOptions(0, 0, null, new PreprocessingOptions()), 0, started);
        var fitted = ModelFitting.Fit(matrix, columns, null, request, null, ct);
        var facts = new TrainedModel(
            1, id, datasetId, algorithm.Algorithm, algorithm.Parameters, algorithm.Seed, fitted.Sha256, fitted.Bytes.Length, columns.Count, fitted.Threshold,
            fitted.Rows, fitted.Metrics, build.Version, started, time.GetUtcNow(), time.GetElapsedTime(clock).TotalSeconds);
        return new AdHocModel(facts, fitted.Bytes);
    }
}
