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
    public (double Left, double Right) Of(int feature, double value)
    {
        var sorted = _sorted[feature];
        var atMost = OrderStatistics.CountAtMost(sorted, value);
        var below = atMost;
        // ties are rare; only then is a second search needed
        if (atMost > 0 && sorted[atMost - 1].Equals(value)) below = OrderStatistics.CountAtMost(sorted, Math.BitDecrement(value));
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
