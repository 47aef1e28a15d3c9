using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Kernel two-sample test over all features together (Gretton, Borgwardt, Rasch, Schölkopf, Smola 2012): the unbiased squared maximum
/// mean discrepancy under a Gaussian kernel whose width is the median distance; p-value by permutation.
/// </summary>
public static class MaximumMeanDiscrepancy
{
    /// <param name="reference">At least two rows.</param>
    /// <param name="current">At least two rows of as many columns.</param>
    /// <param name="permutations">Shuffles behind the p-value.</param>
    /// <param name="seed">Seed of the shuffles.</param>
    /// <param name="maxRows">Rows used of each sample, drawn at random beyond; time and memory grow with their square.</param>
    /// <param name="ct">Stops the test.</param>
    public static DriftResult Test(
        Matrix reference, Matrix current, int permutations = 199, int seed = 0, int maxRows = 500, CancellationToken ct = default)
    {
        InputCheck.Training(reference);
        InputCheck.Training(current);
        InputCheck.Scoring(current, reference.Columns);
        if (reference.Rows < 2 || current.Rows < 2) throw new ArgumentException("expected at least 2 rows in each sample", nameof(current));
        DriftTests.CheckPositive(permutations, nameof(permutations));
        if (maxRows < 2) throw new ParameterException(nameof(maxRows), "an integer >= 2", $"{maxRows}");
        var random = new RandomSource(seed);
        var (a, b) = (Draw(reference, maxRows, random), Draw(current, maxRows, random));
        var kernel = KernelMatrix(a, b, ct);
        var n = a.Rows + b.Rows;
        var observed = Statistic(kernel, [.. Enumerable.Range(0, n)], a.Rows);
        var atLeast = 0;
        for (var p = 0; p < permutations; p++)
        {
            ct.ThrowIfCancellationRequested();
            if (Statistic(kernel, random.Permutation(n), a.Rows) >= observed) atLeast++;
        }
        return new DriftResult("maximum_mean_discrepancy", observed, (atLeast + 1.0) / (permutations + 1.0));
    }

    private static Matrix Draw(Matrix x, int maxRows, RandomSource random) =>
        x.Rows <= maxRows ? x : x.SelectRows(random.Sample(x.Rows, maxRows));

    private static double[] KernelMatrix(Matrix a, Matrix b, CancellationToken ct)
    {
        var n = a.Rows + b.Rows;
        var squares = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            ct.ThrowIfCancellationRequested();
            for (var j = 0; j < i; j++)
            {
                var distance = TensorPrimitives.Distance(Row(i), Row(j));
                squares[i * n + j] = squares[j * n + i] = distance * distance;
            }
        }
        var median = OrderStatistics.Median(squares.Where(s => s > 0).DefaultIfEmpty(1).ToArray());
        TensorPrimitives.Multiply(squares, -0.5 / median, squares);
        TensorPrimitives.Exp<double>(squares, squares);
        return squares;

        ReadOnlySpan<double> Row(int i) => i < a.Rows ? a.Row(i) : b.Row(i - a.Rows);
    }

    private static double Statistic(double[] kernel, int[] order, int first)
    {
        var n = order.Length;
        double within1 = 0, within2 = 0, between = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var value = kernel[order[i] * n + order[j]];
                if (i < first) within1 += value;
                else if (j >= first) within2 += value;
                else between += value;
            }
        }
        double m = first, k = n - first;
        return 2 * within1 / (m * (m - 1)) + 2 * within2 / (k * (k - 1)) - 2 * between / (m * k);
    }
}
