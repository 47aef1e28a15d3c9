using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>What is wanted of a batch, as the contracts let it be said.</summary>
internal sealed record BatchSubmission(
    int? ChunkSize = null, int? ParallelJobs = null, double? Threshold = null, bool ReturnScores = true, bool ReturnExplanations = false,
    string? OutputFormat = null)
{
    private const int MaxInChunk = 1 << 16;
    private const int MaxChunks = 10_000;
    private const int MaxParallel = 64;
    private static readonly string[] Formats = ["csv", "ndjson", "parquet"];

    /// <summary>The options, if they validate.</summary>
    /// <param name="sizeField">What the contract calls the size of a chunk.</param>
    /// <param name="parallelField">What it calls the number of chunks judged side by side.</param>
    /// <param name="place">Where both stand, with a dot at the end.</param>
    /// <param name="samples">How many rows there are; very small chunks of very many rows are made larger.</param>
    public BatchOptions Validate(string sizeField, string parallelField, string place, long samples)
    {
        var size = ChunkSize ?? 1000;
        var format = OutputFormat ?? "csv";
        return (size, ParallelJobs ?? 1, Threshold ?? Predictions.ModelThreshold) switch
        {
            ( < 1 or > MaxInChunk, _, _) => throw Problem.Invalid(place + sizeField, $"a whole number from 1 to {MaxInChunk}", size),
            (_, < 1 or > MaxParallel, _) =>
                throw Problem.Invalid(place + parallelField, $"a whole number from 1 to {MaxParallel}", ParallelJobs),
            (_, _, not (>= 0 and <= 1)) => throw Problem.Invalid(place + "threshold", "a number from 0 to 1", Threshold),
            _ when !Formats.Contains(format) =>
                throw Problem.Invalid(place + "output_format", $"one of: {string.Join(", ", Formats)}", format),
            var (_, parallel, threshold) => new BatchOptions(
                (int)Math.Max(size, Math.Min(MaxInChunk, (samples + MaxChunks - 1) / MaxChunks)), parallel, threshold, ReturnScores,
                ReturnExplanations, format),
        };
    }
}

/// <summary>Takes batches in, whoever asks for them.</summary>
internal sealed class BatchService(IGrainFactory grains, DatasetQueries datasets, DatasetRows rows, LoadedModels models,
    BatchQueries batches, TimeProvider time)
{
    private const int MissingNamed = 10;

    /// <summary>Records the request for a detector; the work follows from the event.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="detectorId">Its model in service judges the whole batch.</param>
    /// <param name="datasetId">The rows.</param>
    /// <param name="options">Makes the options, knowing the number of rows.</param>
    /// <param name="ct">Stops the checks.</param>
    public async Task<Batch> Submit(string tenant, string detectorId, string datasetId, Func<long, BatchOptions> options,
        CancellationToken ct)
    {
        var dataset = await Usable(tenant, datasetId, ct);
        var model = await models.InService(tenant, detectorId, ct);
        await RequireColumns(tenant, dataset, model.Artifact, ct);
        var wanted = await Wanted(
            tenant, dataset, detectorId, new AdHocAlgorithm(model.Metadata.Algorithm, model.Metadata.Parameters, model.Metadata.Seed),
            model.Metadata,
            model.Artifact.FeatureNames.Count, options, ct);
        return await Record(tenant, wanted);
    }

    /// <summary>Records the request for a model that is made from the rows themselves.</summary>
    public async Task<Batch> SubmitAdHoc(string tenant, AdHocAlgorithm algorithm, string datasetId, Func<long, BatchOptions> options,
        CancellationToken ct)
    {
        var dataset = await Usable(tenant, datasetId, ct);
        if (dataset.Uploaded.Columns.Features == 0 || dataset.Uploaded.RowCount < 2)
        {
            throw Problem.Invalid("dataset_id", "a data set of at least 2 rows with at least one column of numbers besides the label");
        }

        return await Record(tenant, await Wanted(tenant, dataset, string.Empty, algorithm.SuitedTo(dataset.Uploaded.RowCount),
            null, dataset.Uploaded.Columns.Features, options, ct));
    }

    private async Task<BatchRequested> Wanted(
        string tenant, Dataset dataset, string detectorId, AdHocAlgorithm algorithm, TrainedModel? model,
        int features, Func<long, BatchOptions> options, CancellationToken ct)
    {
        var samples = dataset.Uploaded.RowCount;
        return new BatchRequested(
            ResourceId.New("batch"), ResourceId.New("result"), detectorId, dataset.Id, algorithm.Algorithm,
            algorithm.Parameters, algorithm.Seed, model,
            options(samples), samples, samples * features,
            await batches.Estimate(tenant, algorithm.Algorithm, (double)samples * features, ct), time.GetUtcNow());
    }

    private async Task<Batch> Record(string tenant, BatchRequested wanted)
    {
        await grains.Of<IBatchGrain>(tenant, wanted.Id).Submit(wanted, CancellationToken.None);
        return await batches.Get(tenant, wanted.Id, CancellationToken.None);
    }

    private async Task<Dataset> Usable(string tenant, string datasetId, CancellationToken ct)
    {
        var dataset = await datasets.Get(tenant, datasetId, ct);
        return dataset.Status != Dataset.Invalid
            ? dataset : throw Problem.Conflict($"The data set is damaged and cannot be used: {dataset.Failure}");
    }

    /// <summary>Refuses a data set without the columns that a model judges.</summary>
    public async Task RequireColumns(string tenant, Dataset dataset, ModelArtifact model, CancellationToken ct)
    {
        var manifest = await rows.Manifest(tenant, dataset.Uploaded, ct);
        var fitting = manifest.Columns
            .Where(column => column.Name != dataset.Uploaded.LabelColumn)
            .ToDictionary(column => column.Name, column => column.Type);
        var missing = model.Inputs
            .Where(input => !fitting.TryGetValue(input.Name, out var type)
                || (input is NumberInput && type is ColumnType.Text or ColumnType.Timestamp))
            .Select(input => input.Name).ToArray();
        if (missing.Length > 0)
        {
            throw new Problem(
                ProblemKind.Invalid,
                "dataset_id: the data set lacks columns that the detector was trained on, or holds something else in them: "
                    + $"{FirstOf(missing)}.",
                "dataset_id", $"a data set with the columns {FirstOf(model.FeatureNames)}");
        }
    }

    private static string FirstOf(IReadOnlyCollection<string> names) =>
        $"{string.Join(", ", names.Take(MissingNamed))}{(names.Count > MissingNamed ? ", …" : string.Empty)}";
}
