using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Batches;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.ModelTrainings;
using EventSourcedAnomaly.Server.Infrastructure.Compute;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Evaluations;

/// <summary>Compares a detector's predictions with labels and records what came of it.</summary>
internal sealed class DetectorEvaluation(
    IGrainFactory grains, LoadedModels models, ModelTrainingQueries trainings, DatasetReadiness readiness, DatasetQueries datasets,
    DatasetRows rows, BatchService batches, BatchRows chunks, Computation computation,
    BuildInfo build, TimeProvider time)
{
    private const int RowsAtATime = 4096;

    /// <summary>Judges a labelled data set; with folds, fits and judges anew on each.</summary>
    /// <exception cref="Problem">There are no labels, no model, or other columns.</exception>
    public async Task<DetectorEvaluated> Evaluate(string tenant, string detectorId, string datasetId,
        int folds, EventMetadata metadata, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var model = await models.InService(tenant, detectorId, ct);
        var asked = await datasets.Get(tenant, datasetId, ct);
        if (asked.Uploaded.LabelColumn is null)
        {
            throw new Problem(
                ProblemKind.Invalid, "dataset_id: the data set has no labels to compare with.", "dataset_id",
                "a data set with a column named label, or one named as such at its upload");
        }

        if (asked.Uploaded.RowCount < folds)
        {
            throw Problem.Invalid("cross_validation.folds", $"at most {asked.Uploaded.RowCount}, the data set's rows", folds);
        }

        await batches.RequireColumns(tenant, asked, model.Artifact, ct);
        var dataset = await readiness.Wait(tenant, datasetId, ct);
        var (scores, labels) = await Judge(tenant, dataset, model, ct);
        var confusion =
            EventSourcedAnomaly.Detection.Evaluation.Confusion([.. scores.Select(score => score > Predictions.ModelThreshold ? 1 : 0)],
                labels);
        var auc = EventSourcedAnomaly.Detection.Evaluation.RocAuc(scores, labels);
        var done = new DetectorEvaluated(
            ResourceId.New("evaluation"), detectorId, datasetId, model.Metadata.Version, model.Metadata.Sha256,
            dataset.Uploaded.ManifestSha256, build.Version,
            new PredictionCounts(confusion.TruePositives, confusion.FalsePositives, confusion.TrueNegatives, confusion.FalseNegatives),
            new ClassificationMetrics(confusion.Accuracy, confusion.Precision, confusion.Recall, confusion.F1,
                double.IsNaN(auc) ? null : auc),
            folds == 0 ? null : await CrossValidate(tenant, dataset, model, folds, ct),
            time.GetElapsedTime(started).TotalSeconds, time.GetUtcNow());
        await grains.Of<IEvaluationGrain>(tenant, done.Id).Record(done, ct);
        return done;
    }

    private async Task<(double[] Scores, int[] Labels)> Judge(string tenant, Dataset dataset, LoadedModel model, CancellationToken ct)
    {
        var (scores, labels) = (new List<double>(), new List<int>());
        await foreach (var chunk in chunks.Read(tenant, dataset.Uploaded, model.Artifact, RowsAtATime, 0, ct))
        {
            scores.AddRange((await computation.InBackground(tenant, () => chunk.Judge(model, learned: false, ct), ct)).Scores);
            labels.AddRange(chunk.Labels!);
        }

        if (model.Artifact.Detector is SupervisedDetector && model.Metadata.DatasetId == dataset.Id)
        {
            // What the model says of rows whose labels it knows is no measure; its cross-fitted scores of them are.
            var request = (await trainings.Get(tenant, model.Metadata.TrainingId, ct)).Requested;
            int[] fitted = ModelFitting.FittingRows([.. labels], request);
            var crossFitted = Predictions.OfTrainingRows(model.Artifact.Detector, 0, fitted.Length).Scores;
            for (var i = 0; i < fitted.Length; i++)
            {
                scores[fitted[i]] = crossFitted[i];
            }
        }

        return ([.. scores], [.. labels]);
    }

    private async Task<FoldMetrics> CrossValidate(string tenant, Dataset dataset, LoadedModel model, int folds, CancellationToken ct)
    {
        // The configuration of the model in service, on these rows.
        var training = (await trainings.Get(tenant, model.Metadata.TrainingId, ct)).Requested;
        var request = training with { Options = training.Options with { ValidationSplit = 0, Folds = 0 } };
        var (matrix, columns, labels) = await rows.Load(tenant, dataset.Uploaded, model.Artifact.FeatureNames, ct);
        return await computation.InBackground(tenant, () => CrossValidate(matrix, columns, labels!, request, folds, ct), ct);
    }

    private static FoldMetrics CrossValidate(Matrix matrix, IReadOnlyList<RawColumn> columns, int[] labels, TrainingRequested request,
        int folds, CancellationToken ct)
    {
        var fold = Deal(labels, folds, request.Seed);
        var scores = new double[folds];
        for (var k = 0; k < folds; k++)
        {
            var held = Enumerable.Range(0, labels.Length).Where(i => fold[i] == k).ToArray();
            var rest = Enumerable.Range(0, labels.Length).Where(i => fold[i] != k).ToArray();
            var fitted = ModelFitting.FitModel(matrix.SelectRows(rest), columns, [.. rest.Select(i => labels[i])], request, null, ct);
            scores[k] = ModelFitting.Judge(fitted, matrix.SelectRows(held), [.. held.Select(i => labels[i])], ct).Accuracy!.Value;
        }

        var mean = scores.Average();
        return new FoldMetrics(mean, Math.Sqrt(scores.Average(score => (score - mean) * (score - mean))), scores);
    }

    // Each fold gets its share of both labels.
    private static int[] Deal(int[] labels, int folds, int seed)
    {
        var order = Enumerable.Range(0, labels.Length).ToArray();
        new Random(seed).Shuffle(order);
        var (fold, next) = (new int[labels.Length], 0);
        foreach (var row in order.OrderBy(row => labels[row]))
        {
            fold[row] = next++ % folds;
        }

        return fold;
    }
}
