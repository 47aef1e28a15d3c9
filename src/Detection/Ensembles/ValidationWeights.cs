namespace EventSourcedAnomaly.Detection;

/// <summary>Weights for the members of an ensemble from how well each agrees with known labels.</summary>
public static class ValidationWeights
{
    /// <summary>
    /// Each member's gain in cross-validated ROC-AUC over guessing, 0 where it does no better; equal weights when none does. For the
    /// parameter <c>weights</c> of the ensemble.
    /// </summary>
    /// <param name="algorithms">The members, in the order of <c>base_estimators</c>.</param>
    /// <param name="x">Rows, scaled as the ensemble will see them.</param>
    /// <param name="labels">0 or 1 for each row, both present.</param>
    /// <param name="folds">Folds of the cross-validation.</param>
    /// <param name="seed">Seed of members and folds.</param>
    /// <param name="ct">Stops the validation.</param>
    public static double[] Of(
        IReadOnlyList<string> algorithms, Matrix x, int[] labels, int folds = 5, int seed = 0, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(algorithms);
        var gains = algorithms.Select(
            name => Gain(CrossValidation.Run(() => Algorithms.Create(name, null, seed), x, labels, folds, seed, ct))).ToArray();
        return gains.Sum() > 0 ? gains : [.. gains.Select(_ => 1.0)];
    }

    /// <summary>Folds without an anomaly say nothing.</summary>
    private static double Gain(IReadOnlyList<FoldResult> folds) =>
        folds.Select(f => f.RocAuc).Where(double.IsFinite).DefaultIfEmpty(0.5).Average() is var auc && auc > 0.5 ? auc - 0.5 : 0;
}
