using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Linear;

/// <summary>Distances of rows to the tips of unit vectors, eight vectors at a time.</summary>
internal sealed class ComponentDistances
{
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
        var values = Components.Values.ToArray();
        RowBlocks.ForEach(Components.Rows, 1, maxDegreeOfParallelism, ct, (c, _) =>
        {
            var component = Components.Row(c);
            var offset = System.Numerics.Tensors.TensorPrimitives.Dot<double>(mean, component);
            var longest = 0.0;
            for (var i = 0; i < z.Rows; i++)
            {
                var projection = System.Numerics.Tensors.TensorPrimitives.Dot(z.Row(i), component) - offset;
                if (Math.Abs(projection) > Math.Abs(longest)) longest = projection;
            }
            if (longest >= 0) return;
            for (var f = 0; f < component.Length; f++) values[c * component.Length + f] = -values[c * component.Length + f];
        });
        return new ComponentDistances(new Matrix(Components.Rows, Components.Columns, values), Weights);
    }
}
