using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Ensembles;

/// <summary>
/// Combines the unified scores of a row: average, maximization, median, average of maxima (aom) and maximum of averages (moa) over
/// groups of members (Aggarwal and Sathe 2015, "Theoretical foundations and algorithms for outlier ensembles").
/// </summary>
internal sealed class Combination
{
    private readonly string _method;
    private readonly int[][] _groups;
    private readonly double[] _shares;

    /// <param name="method">average, maximization, median, aom or moa.</param>
    /// <param name="members">Members of the ensemble.</param>
    /// <param name="buckets">Groups of aom and moa.</param>
    /// <param name="weights">Weights of the average, one per member with a sum above 0.</param>
    /// <param name="seed">Seed of the grouping.</param>
    public Combination(string method, int members, int buckets, double[] weights, int seed)
    {
        _method = method;
        _shares = Array.ConvertAll(weights, weight => weight / weights.Sum());
        var order = new RandomSource(seed).Permutation(members);
        _groups = [.. order.Chunk((members + buckets - 1) / Math.Min(buckets, members))];
    }

    public double Of(ReadOnlySpan<double> unified) => _method switch
    {
        "average" => TensorPrimitives.Dot(unified, _shares),
        "maximization" => TensorPrimitives.Max(unified),
        "median" => OrderStatistics.Median(unified),
        "aom" => OverGroups(unified, TensorPrimitives.Max<double>, values => TensorPrimitives.Sum(values) / values.Length),
        _ => OverGroups(unified, values => TensorPrimitives.Sum(values) / values.Length, TensorPrimitives.Max<double>),
    };

    private delegate double Reduction(ReadOnlySpan<double> values);

    private double OverGroups(ReadOnlySpan<double> unified, Reduction inner, Reduction outer)
    {
        using var reduced = new PooledBuffer<double>(_groups.Length);
        using var members = new PooledBuffer<double>(unified.Length);
        for (var g = 0; g < _groups.Length; g++)
        {
            for (var m = 0; m < _groups[g].Length; m++) members.Span[m] = unified[_groups[g][m]];
            reduced.Span[g] = inner(members.Span[.._groups[g].Length]);
        }
        return outer(reduced.Span);
    }
}
