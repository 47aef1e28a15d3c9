using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>Divides labelled rows into folds that hold equal shares of each class.</summary>
public static class StratifiedFolds
{
    /// <summary>Deals the rows of each class out in random order, so that every fold gets its share.</summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="folds">How many folds, at least 1.</param>
    /// <param name="seed">Seed of the division.</param>
    /// <returns>For each row its fold, counted from 0.</returns>
    public static int[] Of(ReadOnlySpan<int> labels, int folds, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 1);
        var classes = labels.ToArray();
        var fold = new int[classes.Length];
        var next = 0;
        foreach (var row in new RandomSource(seed).Permutation(classes.Length).OrderBy(i => classes[i])) fold[row] = next++ % folds;
        return fold;
    }
}
