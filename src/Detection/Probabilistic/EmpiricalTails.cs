using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Probabilistic;

/// <summary>
/// The empirical distribution of each feature: how improbable a value is on its left and right side, as -ln of the share of training
/// values at most, or at least, as large. Beyond the training range the share is that of one row.
/// </summary>
internal sealed class EmpiricalTails
{
    private readonly double[][] _sorted;
    private readonly double[] _negativeLog;

    private EmpiricalTails(int rows, double[][] sorted, int[] skewSign)
    {
        _sorted = sorted;
        SkewSign = skewSign;
        _negativeLog = new double[rows + 1];
        for (var count = 1; count <= rows; count++) _negativeLog[count] = -Math.Log((double)count / rows);
        _negativeLog[0] = _negativeLog[1];
    }

    /// <summary>Sign of each feature's skewness: which tail is the long one.</summary>
    public int[] SkewSign { get; }

    /// <summary>Combines the two tails of one value: left, right, sign of the skewness.</summary>
    public delegate double Combination(double left, double right, int skewSign);

    /// <summary>Learns from a table and scores its rows: the sum over features of the combined tails.</summary>
    public static EmpiricalTails Learn(
        Matrix x, Combination combine, int maxDegreeOfParallelism, IProgress<double>? progress, CancellationToken ct, out double[] scores)
    {
        var columns = x.ToColumnMajor();
        var tails = new EmpiricalTails(x.Rows, new double[x.Columns][], new int[x.Columns]);
        var done = 0;
        RowBlocks.ForEach(x.Columns, 1, maxDegreeOfParallelism, ct, (feature, _) =>
        {
            tails.LearnFeature(feature, columns.AsSpan(feature * x.Rows, x.Rows), combine);
            progress?.Report((double)Interlocked.Increment(ref done) / x.Columns);
        });
        scores = new double[x.Rows];
        for (var feature = 0; feature < x.Columns; feature++)
            System.Numerics.Tensors.TensorPrimitives.Add(scores, columns.AsSpan(feature * x.Rows, x.Rows), scores);
        return tails;
    }

    /// <summary>Sorts a feature's values and replaces them by their combined tails.</summary>
    private void LearnFeature(int feature, Span<double> values, Combination combine)
    {
        SkewSign[feature] = Math.Sign(Moments.Skewness(values));
        var sorted = _sorted[feature] = RadixSort.Sorted(values, out var order);
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            end = first + 1;
            while (end < sorted.Length && sorted[end].Equals(sorted[first])) end++;
            var combined = combine(_negativeLog[end], _negativeLog[sorted.Length - first], SkewSign[feature]);
            for (var i = first; i < end; i++) values[order[i]] = combined;
        }
    }

    /// <summary>-ln of the shares of training values at most and at least this one.</summary>
    public (double Left, double Right) Of(int feature, double value) =>
        Of(_sorted[feature], value, OrderStatistics.CountAtMost(_sorted[feature], value));

    /// <summary>Adds the combined tails of every row, feature by feature.</summary>
    /// <param name="rows">Row-major values.</param>
    /// <param name="combine">Combines the two tails.</param>
    /// <param name="sums">One per row.</param>
    public void AddTo(ReadOnlySpan<double> rows, Combination combine, Span<double> sums)
    {
        var features = _sorted.Length;
        Span<double> values = stackalloc double[SortedSearch.Values];
        Span<long> counts = stackalloc long[SortedSearch.Values];
        for (var feature = 0; feature < features; feature++)
        {
            var (sorted, sign) = (_sorted[feature], SkewSign[feature]);
            for (var first = 0; first < sums.Length; first += SortedSearch.Values)
            {
                var count = Math.Min(SortedSearch.Values, sums.Length - first);
                for (var i = 0; i < count; i++) values[i] = rows[(first + i) * features + feature];
                if (count == SortedSearch.Values) SortedSearch.CountAtMost(sorted, values, counts);
                for (var i = 0; i < count; i++)
                {
                    var atMost = count == SortedSearch.Values ? (int)counts[i] : OrderStatistics.CountAtMost(sorted, values[i]);
                    var (left, right) = Of(sorted, values[i], atMost);
                    sums[first + i] += combine(left, right, sign);
                }
            }
        }
    }

    private (double Left, double Right) Of(double[] sorted, double value, int atMost)
    {
        var below = atMost;
        if (atMost > 0 && sorted[atMost - 1].Equals(value))
        {
            // more than one equal value is rare; only then is a second search needed
            below = atMost == 1 || sorted[atMost - 2] < value ? atMost - 1 : OrderStatistics.CountAtMost(sorted, Math.BitDecrement(value));
        }
        return (_negativeLog[atMost], _negativeLog[sorted.Length - below]);
    }

    /// <summary>The values up to which the tails of a feature stay as they are: every training value, and the number before it.</summary>
    public IEnumerable<double> Steps(int feature) => _sorted[feature].SelectMany(value => new[] { Math.BitDecrement(value), value });

    public void Write(ModelWriter writer)
    {
        writer.Array(SkewSign);
        foreach (var column in _sorted) writer.Array(column);
    }

    public static EmpiricalTails Read(ref ModelReader reader)
    {
        var skewSign = reader.Array<int>();
        var sorted = new double[skewSign.Length][];
        for (var f = 0; f < sorted.Length; f++) sorted[f] = reader.Array<double>();
        return new EmpiricalTails(sorted[0].Length, sorted, skewSign);
    }
}
