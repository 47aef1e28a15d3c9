using System.Security.Cryptography;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>A fitted model with what was measured of it.</summary>
internal sealed record FittedModel(byte[] Bytes, string Sha256, double Threshold, long Rows, ClassificationMetrics Metrics);

/// <summary>Fits and judges, given rows; the same rows and seed give the same bytes.</summary>
internal static class ModelFitting
{
    /// <summary>Fits on all rows but those kept for validation, and judges on these (or on all, when none is kept).</summary>
    public static FittedModel Fit(
        Matrix rows, IReadOnlyList<RawColumn> columns, int[]? labels, TrainingRequested request, IProgress<double>? progress, CancellationToken ct)
    {
        var (fitting, judging) = Split(rows.Rows, request.Options.ValidationSplit, request.Seed);
        var fittingRows = judging.Length == 0 ? rows : rows.SelectRows(fitting);
        var artifact = FitOn(fittingRows, columns, request, progress, ct);
        var judged = judging.Length == 0 ? [.. Enumerable.Range(0, rows.Rows)] : judging;
        var bytes = artifact.ToBytes();
        return new FittedModel(
            bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), artifact.Detector.Threshold, fittingRows.Rows,
            labels is null ? ClassificationMetrics.Unknown : Judge(artifact, rows.SelectRows(judged), [.. judged.Select(i => labels[i])], ct));
    }

    /// <summary>How well a model's predictions agree with labels.</summary>
    public static ClassificationMetrics Judge(ModelArtifact model, Matrix rows, int[] labels, CancellationToken ct)
    {
        var scores = model.Detector.DecisionFunction(model.Transform(rows), ct);
        var predictions = scores.Select(score => model.Detector.IsAnomaly(score) ? 1 : 0).ToArray();
        var confusion = Evaluation.Confusion(predictions, labels);
        var both = labels.Contains(0) && labels.Contains(1);
        return new ClassificationMetrics(
            confusion.Accuracy, confusion.Precision, confusion.Recall, confusion.F1, both ? Evaluation.RocAuc(scores, labels) : null);
    }

    /// <summary>The area under the ROC curve for each fold, fitted on the others.</summary>
    public static CrossValidationMetrics CrossValidate(
        Matrix rows, IReadOnlyList<RawColumn> columns, int[]? labels, TrainingRequested request, Action<int> foldDone, CancellationToken ct)
    {
        var order = Shuffled(rows.Rows, request.Seed);
        var folds = request.Options.Folds;
        var auc = new double?[folds];
        for (var fold = 0; fold < folds; fold++)
        {
            var held = order.Where((_, i) => i % folds == fold).Order().ToArray();
            var rest = order.Where((_, i) => i % folds != fold).Order().ToArray();
            var model = FitOn(rows.SelectRows(rest), columns, request, null, ct);
            auc[fold] = labels is null ? null : Judge(model, rows.SelectRows(held), [.. held.Select(i => labels[i])], ct).Auc;
            foldDone(fold + 1);
        }

        var known = auc.OfType<double>().ToArray();
        double? mean = known.Length > 0 ? known.Average() : null;
        return new CrossValidationMetrics(auc, mean, mean is { } m ? Math.Sqrt(known.Average(value => (value - m) * (value - m))) : null);
    }

    private static ModelArtifact FitOn(
        Matrix rows, IReadOnlyList<RawColumn> columns, TrainingRequested request, IProgress<double>? progress, CancellationToken ct)
    {
        var unfitted = new ModelArtifact(
            Preprocessing.Learn(rows, columns, request.Options.Prepared), Algorithms.Create(request.Algorithm, request.Parameters, request.Seed));
        unfitted.Detector.Fit(unfitted.Transform(rows), progress, ct);
        return unfitted;
    }

    private static (int[] Fitting, int[] Judging) Split(int rows, double share, int seed)
    {
        var kept = (int)Math.Round(rows * share);
        if (kept == 0 || kept >= rows)
        {
            return ([.. Enumerable.Range(0, rows)], []);
        }

        var order = Shuffled(rows, seed);
        return ([.. order.Skip(kept).Order()], [.. order.Take(kept).Order()]);
    }

    private static int[] Shuffled(int count, int seed)
    {
        var order = Enumerable.Range(0, count).ToArray();
        new Random(seed).Shuffle(order);
        return order;
    }
}
