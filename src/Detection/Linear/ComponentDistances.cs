using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Linear;

/// <summary>Distances of rows to the tips of unit vectors, eight vectors at a time.</summary>
internal sealed class ComponentDistances
{
    private const int BlockRows = 4096;

    private readonly int _features;
    private readonly int _groups;
    private readonly double[] _tips;
    private readonly double[] _inverseWeights;

    /// <param name="components">One unit vector per row.</param>
    /// <param name="weights">What each distance is divided by.</param>
    public ComponentDistances(Matrix components, double[] weights)
    {
        (Components, Weights) = (components, weights);
        var lanes = Vector512<double>.Count;
        _features = components.Columns;
        _groups = (components.Rows + lanes - 1) / lanes;
        _tips = new double[_groups * lanes * _features];
        _inverseWeights = new double[_groups * lanes];
        for (var c = 0; c < components.Rows; c++)
        {
            _inverseWeights[c] = 1 / weights[c];
            for (var f = 0; f < _features; f++) _tips[((c / lanes * _features) + f) * lanes + c % lanes] = components[c, f];
        }
    }

    public Matrix Components { get; }

    public double[] Weights { get; }

    public double WeightedSum(ReadOnlySpan<double> row)
    {
        var total = Vector512<double>.Zero;
        for (var g = 0; g < _groups; g++)
        {
            var squares = Vector512<double>.Zero;
            var tips = _tips.AsSpan(g * _features * Vector512<double>.Count);
            for (var f = 0; f < row.Length; f++)
            {
                var tip = Vector512.Create<double>(tips.Slice(f * Vector512<double>.Count, Vector512<double>.Count));
                var difference = Vector512.Create(row[f]) - tip;
                squares = Vector512.FusedMultiplyAdd(difference, difference, squares);
            }
            var weights = Vector512.Create<double>(_inverseWeights.AsSpan(g * Vector512<double>.Count, Vector512<double>.Count));
            total = Vector512.FusedMultiplyAdd(Vector512.Sqrt(squares), weights, total);
        }
        return Vector512.Sum(total);
    }

    /// <summary>
    /// An eigenvector's sign is arbitrary, but the distance to its tip depends on it. As scikit-learn does, it is chosen so that the
    /// training row with the longest projection projects positively.
    /// </summary>
    public ComponentDistances WithSignsOf(Matrix z, double[] mean, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var longest = new double[(z.Rows + BlockRows - 1) / BlockRows][];
        RowBlocks.ForEach(z.Rows, BlockRows, maxDegreeOfParallelism, ct, (first, count) => longest[first / BlockRows] = LongestProjections(z, mean, first, count));
        var values = Components.Values.ToArray();
        for (var c = 0; c < Components.Rows; c++)
        {
            var length = 0.0;
            foreach (var block in longest) length = Math.Abs(block[c]) > Math.Abs(length) ? block[c] : length;
            if (length >= 0) continue;
            for (var f = 0; f < _features; f++) values[c * _features + f] = -values[c * _features + f];
        }
        return new ComponentDistances(new Matrix(Components.Rows, Components.Columns, values), Weights);
    }

    /// <summary>For each vector the projection of a row that is longest, with its sign.</summary>
    private double[] LongestProjections(Matrix z, double[] mean, int first, int count)
    {
        var lanes = Vector512<double>.Count;
        var longest = new double[_groups * lanes];
        Span<double> centered = _features <= 256 ? stackalloc double[_features] : new double[_features];
        for (var i = first; i < first + count; i++)
        {
            System.Numerics.Tensors.TensorPrimitives.Subtract(z.Row(i), mean, centered);
            for (var g = 0; g < _groups; g++)
            {
                var projections = Vector512<double>.Zero;
                var tips = _tips.AsSpan(g * _features * lanes);
                for (var f = 0; f < centered.Length; f++)
                    projections = Vector512.FusedMultiplyAdd(Vector512.Create(centered[f]), Vector512.Create<double>(tips.Slice(f * lanes, lanes)), projections);
                var known = Vector512.Create<double>(longest.AsSpan(g * lanes, lanes));
                Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Abs(projections), Vector512.Abs(known)), projections, known)
                    .CopyTo(longest.AsSpan(g * lanes, lanes));
            }
        }
        return longest;
    }
}
