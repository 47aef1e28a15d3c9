using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>Takes trainings in, whoever asks for them.</summary>
internal sealed class ModelTrainingService(IGrainFactory grains, DetectorQueries detectors, DatasetQueries datasets,
    ModelTrainingQueries trainings, TimeProvider time)
{
    /// <summary>Records the request; the work follows from the event.</summary>
    public async Task<ModelTraining> Submit(
        string tenant, string detectorId, string datasetId, TrainingOptions options, CancellationToken ct)
    {
        var detector = await detectors.Get(tenant, detectorId, ct);
        var dataset = await datasets.Get(tenant, datasetId, ct);
        RequireUsable(dataset, detector.Algorithm, options);
        var id = ResourceId.New("training");
        var wanted = new TrainingRequested(
            id, detectorId, datasetId, detector.Algorithm, detector.Parameters, SeedOf(detector), detector.ConfigurationVersion, options,
            await trainings.Estimate(tenant, detector.Algorithm,
                (double)dataset.Uploaded.RowCount * dataset.Uploaded.Columns.Features, options.Folds, ct),
            time.GetUtcNow());
        await grains.Of<IModelTrainingGrain>(tenant, id).Submit(wanted, CancellationToken.None);
        return await trainings.Get(tenant, id, CancellationToken.None);
    }

    /// <summary>Refuses a data set that no training with these options can learn from.</summary>
    public static void RequireUsable(Dataset dataset, string algorithm, TrainingOptions options, string field = "dataset_id")
    {
        if (dataset.Status == Dataset.Invalid)
        {
            throw Problem.Conflict($"The data set is damaged and cannot be used: {dataset.Failure}");
        }

        if (dataset.Uploaded.Columns.Features == 0)
        {
            throw Problem.Invalid(field, "a data set with at least one column of numbers besides the label");
        }

        if (dataset.Uploaded.LabelColumn is null && ProductAlgorithms.NeedsLabels(algorithm))
        {
            throw Problem.Invalid(field,
                $"a data set with a column named label, or one named as such at its upload: {algorithm} learns from labels");
        }

        if (dataset.Uploaded.RowCount < Math.Max(2, options.Folds))
        {
            throw Problem.Invalid(field, $"a data set of at least {Math.Max(2, options.Folds)} rows", dataset.Uploaded.RowCount);
        }
    }

    private static int SeedOf(Detector detector) =>
        detector.Parameters.TryGetValue("random_state", out var given) && given.ValueKind == JsonValueKind.Number
            && given.TryGetInt32(out var seed)
            ? seed
            : RandomNumberGenerator.GetInt32(int.MaxValue);
}
