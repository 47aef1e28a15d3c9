namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Agreement with the labels on the rows of one fold, by a detector fitted on the other folds, with their labels only if it is supervised.
/// </summary>
public sealed record FoldResult(int Fold, int Rows, double RocAuc, double AveragePrecision);

/// <summary>Estimates how a detector does on rows it has not seen.</summary>
public static class CrossValidation
{
    /// <param name="create">Makes an unfitted detector for each fold.</param>
    /// <param name="x">Rows.</param>
    /// <param name="labels">0 or 1 for each row; the folds hold equal shares of both.</param>
    /// <param name="folds">At least 2, at most the rows.</param>
    /// <param name="seed">Seed of the division.</param>
    /// <param name="ct">Stops between folds and within fits.</param>
    public static IReadOnlyList<FoldResult> Run(
        Func<Detector> create, Matrix x, int[] labels, int folds = 5, int seed = 0, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(create);
        InputCheck.Training(x);
        if (labels.Length != x.Rows)
            throw new ArgumentException($"expected {x.Rows} labels, one per row, got {labels.Length}", nameof(labels));
        if (folds < 2 || folds > x.Rows)
            throw new ArgumentOutOfRangeException(nameof(folds), folds, $"expected from 2 to {x.Rows} folds");
        var fold = StratifiedFolds.Of(labels, folds, seed);
        return [.. Enumerable.Range(0, folds).Select(k => Evaluate(create(), x, labels, fold, k, ct))];
    }

    private static FoldResult Evaluate(Detector detector, Matrix x, int[] labels, int[] fold, int k, CancellationToken ct)
    {
        var rows = Enumerable.Range(0, labels.Length).ToArray();
        var held = Array.FindAll(rows, i => fold[i] == k);
        var others = Array.FindAll(rows, i => fold[i] != k);
        if (detector is SupervisedDetector supervised)
            supervised.Fit(x.SelectRows(others), Array.ConvertAll(others, i => labels[i]), progress: null, ct);
        else
            detector.Fit(x.SelectRows(others), progress: null, ct);
        var scores = detector.DecisionFunction(x.SelectRows(held), ct);
        var truth = Array.ConvertAll(held, i => labels[i]);
        return new FoldResult(k, held.Length, Evaluation.RocAuc(scores, truth), Evaluation.AveragePrecision(scores, truth));
    }
}
