using System.Security.Cryptography;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>A fitted model with what was measured of it.</summary>
internal sealed record FittedModel(byte[] Bytes, string Sha256, double Threshold, long Rows, ClassificationMetrics Metrics);

/// <summary>Fits and judges, given rows; the same rows and seed give the same bytes.</summary>
internal static class ModelFitting
{
    private const int MinRowsOfEachLabel = 2;

    /// <summary>
    /// Fits on all rows but those kept for validation, and scores these (or all, when none is kept: a supervised detector then by its
    /// cross-fitted scores, for those of the model itself know the labels).
    /// </summary>
    public static FittedModel Fit(
        Matrix rows, IReadOnlyList<RawColumn> columns, int[]? labels, TrainingRequested request, IProgress<double>? progress,
        CancellationToken ct)
    {
        var (fitting, validation) = Split(rows.Rows, labels, request);
        var fittingRows = validation.Length == 0 ? rows : rows.SelectRows(fitting);
        var artifact = FitModel(fittingRows, columns, labels is null ? null : Of(labels, fitting), request, progress, ct);
        var bytes = artifact.ToBytes();
        var metrics = (labels, validation) switch
        {
            (null, _) => ClassificationMetrics.Unknown,
            (_, []) when artifact.Detector is SupervisedDetector supervised => Measure(supervised, supervised.DecisionScores, labels),
            (_, []) => Judge(artifact, rows, labels, ct),
            _ => Judge(artifact, rows.SelectRows(validation), Of(labels, validation), ct),
        };
        return new FittedModel(
            bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), artifact.Detector.Threshold, fittingRows.Rows, metrics);
    }

    /// <summary>The rows that <see cref="Fit"/> fits on, in the order in which the model has them.</summary>
    public static int[] FittingRows(int[] labels, TrainingRequested request) => Split(labels.Length, labels, request).Fitting;

    /// <summary>How well a model's predictions agree with labels.</summary>
    public static ClassificationMetrics Judge(ModelArtifact model, Matrix rows, int[] labels, CancellationToken ct)
    {
        return Measure(model.Detector, model.Detector.DecisionFunction(model.Transform(rows), ct), labels);
    }

    private static ClassificationMetrics Measure(EventSourcedAnomaly.Detection.Detector detector, double[] scores, int[] labels)
    {
        var predictions = scores.Select(score => detector.IsAnomaly(score) ? 1 : 0).ToArray();
        var confusion = Evaluation.Confusion(predictions, labels);
        var both = labels.Contains(0) && labels.Contains(1);
        return new ClassificationMetrics(
            confusion.Accuracy, confusion.Precision, confusion.Recall, confusion.F1, both ? Evaluation.RocAuc(scores, labels) : null);
    }

    /// <summary>The area under the ROC curve for each fold, fitted on the others.</summary>
    public static CrossValidationMetrics CrossValidate(
        Matrix rows, IReadOnlyList<RawColumn> columns, int[]? labels, TrainingRequested request, Action<int> foldDone, CancellationToken ct)
    {
        var folds = request.Options.Folds;
        var foldOf = FoldOf(rows.Rows, labels, request);
        var auc = new double?[folds];
        for (var fold = 0; fold < folds; fold++)
        {
            var held = RowsWhere(foldOf, of => of == fold);
            var rest = RowsWhere(foldOf, of => of != fold);
            var model = FitModel(rows.SelectRows(rest), columns, labels is null ? null : Of(labels, rest), request, null, ct);
            auc[fold] = labels is null ? null : Judge(model, rows.SelectRows(held), Of(labels, held), ct).Auc;
            foldDone(fold + 1);
        }

        var known = auc.OfType<double>().ToArray();
        double? mean = known.Length > 0 ? known.Average() : null;
        return new CrossValidationMetrics(auc, mean, mean is { } m ? Math.Sqrt(known.Average(value => (value - m) * (value - m))) : null);
    }

    /// <summary>Fits a model; a supervised one with the labels.</summary>
    /// <exception cref="Problem">The algorithm needs labels, and there are none, or too few of one kind.</exception>
    public static ModelArtifact FitModel(
        Matrix rows, IReadOnlyList<RawColumn> columns, int[]? labels, TrainingRequested request, IProgress<double>? progress,
        CancellationToken ct)
    {
        var unfitted = new ModelArtifact(
            Preprocessing.Learn(rows, columns, request.Options.Prepared),
            ProductAlgorithms.Catalog.Create(request.Algorithm, request.Parameters, request.Seed));
        if (unfitted.Detector is not SupervisedDetector supervised)
        {
            unfitted.Detector.Fit(unfitted.Transform(rows), progress, ct);
            return unfitted;
        }

        var anomalies = labels?.Sum() ?? 0;
        if (labels is null || anomalies < MinRowsOfEachLabel || labels.Length - anomalies < MinRowsOfEachLabel)
        {
            throw new Problem(
                ProblemKind.Invalid,
                $"{request.Algorithm} learns from labels: it needs at least {MinRowsOfEachLabel} rows of each, and was given "
                + $"{anomalies} anomalies and {(labels?.Length ?? 0) - anomalies} normal rows.");
        }

        supervised.Fit(unfitted.Transform(rows), labels, progress, ct);
        return unfitted;
    }

    private static (int[] Fitting, int[] Validation) Split(int rows, int[]? labels, TrainingRequested request)
    {
        var share = request.Options.ValidationSplit;
        var kept = (int)Math.Round(rows * share);
        if (kept == 0 || kept >= rows)
        {
            return ([.. Enumerable.Range(0, rows)], []);
        }

        var order = Shuffled(rows, request.Seed);
        if (labels is null || !ProductAlgorithms.NeedsLabels(request.Algorithm))
        {
            return ([.. order.Skip(kept).Order()], [.. order.Take(kept).Order()]);
        }

        // A model that learns from labels needs its share of both.
        int[] validation = [.. order.GroupBy(row => labels[row])
            .SelectMany(rowsOfLabel => rowsOfLabel.Take((int)Math.Round(rowsOfLabel.Count() * share))).Order()];
        return ([.. Enumerable.Range(0, rows).Except(validation)], validation);
    }

    private static int[] FoldOf(int rows, int[]? labels, TrainingRequested request)
    {
        if (labels is not null && ProductAlgorithms.NeedsLabels(request.Algorithm))
        {
            return StratifiedFolds.Of(labels, request.Options.Folds, request.Seed);
        }

        var foldOf = new int[rows];
        foreach (var (row, i) in Shuffled(rows, request.Seed).Select((row, i) => (row, i)))
        {
            foldOf[row] = i % request.Options.Folds;
        }

        return foldOf;
    }

    private static int[] RowsWhere(int[] foldOf, Predicate<int> belongs) =>
        [.. Enumerable.Range(0, foldOf.Length).Where(row => belongs(foldOf[row]))];

    private static int[] Of(int[] labels, int[] rows) => Array.ConvertAll(rows, row => labels[row]);

    private static int[] Shuffled(int count, int seed)
    {
        var order = Enumerable.Range(0, count).ToArray();
        new Random(seed).Shuffle(order);
        return order;
    }
}
