using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Linear;

/// <summary>Distances of rows to the tips of unit vectors, eight vectors at a time.</summary>
internal sealed class ComponentDistances
{
    private const int BlockRows = 4096;
    private const int RowsPerStep = 4;

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

    /// <summary>
    /// Of each row, the sum of its distances to the tips over their weights; four rows at a time share the loads of the tips.
    /// </summary>
    public void WeightedSums(ReadOnlySpan<double> rows, Span<double> sums)
    {
        var row = 0;
        for (; row + RowsPerStep <= sums.Length; row += RowsPerStep)
            SumFour(rows.Slice(row * _features, RowsPerStep * _features), sums.Slice(row, RowsPerStep));
        for (; row < sums.Length; row++) sums[row] = SumOne(rows.Slice(row * _features, _features));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumFour(ReadOnlySpan<double> rows, Span<double> sums)
    {
        ref var tip = ref MemoryMarshal.GetArrayDataReference(_tips);
        ref var row0 = ref MemoryMarshal.GetReference(rows);
        ref var row1 = ref Unsafe.Add(ref row0, _features);
        ref var row2 = ref Unsafe.Add(ref row1, _features);
        ref var row3 = ref Unsafe.Add(ref row2, _features);
        Vector512<double> total0, total1, total2, total3;
        total0 = total1 = total2 = total3 = Vector512<double>.Zero;
        for (var g = 0; g < _groups; g++)
        {
            Vector512<double> squares0, squares1, squares2, squares3;
            squares0 = squares1 = squares2 = squares3 = Vector512<double>.Zero;
            for (var f = 0; f < _features; f++)
            {
                var tips = Vector512.LoadUnsafe(ref tip);
                squares0 = AddSquare(squares0, Unsafe.Add(ref row0, f), tips);
                squares1 = AddSquare(squares1, Unsafe.Add(ref row1, f), tips);
                squares2 = AddSquare(squares2, Unsafe.Add(ref row2, f), tips);
                squares3 = AddSquare(squares3, Unsafe.Add(ref row3, f), tips);
                tip = ref Unsafe.Add(ref tip, Vector512<double>.Count);
            }
            var weights = WeightsOf(g);
            total0 = Vector512.FusedMultiplyAdd(Vector512.Sqrt(squares0), weights, total0);
            total1 = Vector512.FusedMultiplyAdd(Vector512.Sqrt(squares1), weights, total1);
            total2 = Vector512.FusedMultiplyAdd(Vector512.Sqrt(squares2), weights, total2);
            total3 = Vector512.FusedMultiplyAdd(Vector512.Sqrt(squares3), weights, total3);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(total0), Vector512.Sum(total1), Vector512.Sum(total2), Vector512.Sum(total3));
    }

    private double SumOne(ReadOnlySpan<double> row)
    {
        var total = Vector512<double>.Zero;
        for (var g = 0; g < _groups; g++)
        {
            var squares = Vector512<double>.Zero;
            var tips = _tips.AsSpan(g * _features * Vector512<double>.Count);
            for (var f = 0; f < row.Length; f++)
                squares = AddSquare(squares, row[f], Vector512.Create<double>(tips[(f * Vector512<double>.Count)..]));
            total = Vector512.FusedMultiplyAdd(Vector512.Sqrt(squares), WeightsOf(g), total);
        }
        return Vector512.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> AddSquare(Vector512<double> squares, double value, Vector512<double> tips)
    {
        var difference = Vector512.Create(value) - tips;
        return Vector512.FusedMultiplyAdd(difference, difference, squares);
    }

    private Vector512<double> WeightsOf(int group) => Vector512.Create<double>(_inverseWeights.AsSpan(group * Vector512<double>.Count));

    /// <summary>
    /// An eigenvector's sign is arbitrary, but the distance to its tip depends on it. As scikit-learn does, it is chosen so that the
    /// training row with the longest projection projects positively.
    /// </summary>
    public ComponentDistances WithSignsOf(Matrix z, double[] mean, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var longest = new double[(z.Rows + BlockRows - 1) / BlockRows][];
        RowBlocks.ForEach(z.Rows, BlockRows, maxDegreeOfParallelism, ct, (first, count) =>
            longest[first / BlockRows] = MaxProjections(z, mean, first, count));
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
    private double[] MaxProjections(Matrix z, double[] mean, int first, int count)
    {
        var longest = new double[_groups * Vector512<double>.Count];
        var centered = new double[RowsPerStep * _features];
        for (var i = 0; i < count; i += RowsPerStep)
        {
            // a last row that is missing projects on nothing
            if (count - i < RowsPerStep) Array.Clear(centered);
            for (var r = 0; r < Math.Min(RowsPerStep, count - i); r++)
                System.Numerics.Tensors.TensorPrimitives.Subtract(z.Row(first + i + r), mean, centered.AsSpan(r * _features, _features));
            Project(centered, longest);
        }
        return longest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Project(double[] rows, double[] longest)
    {
        ref var tip = ref MemoryMarshal.GetArrayDataReference(_tips);
        ref var row0 = ref MemoryMarshal.GetArrayDataReference(rows);
        ref var row1 = ref Unsafe.Add(ref row0, _features);
        ref var row2 = ref Unsafe.Add(ref row1, _features);
        ref var row3 = ref Unsafe.Add(ref row2, _features);
        for (var g = 0; g < _groups; g++)
        {
            Vector512<double> sum0, sum1, sum2, sum3;
            sum0 = sum1 = sum2 = sum3 = Vector512<double>.Zero;
            for (var f = 0; f < _features; f++)
            {
                var tips = Vector512.LoadUnsafe(ref tip);
                sum0 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref row0, f)), tips, sum0);
                sum1 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref row1, f)), tips, sum1);
                sum2 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref row2, f)), tips, sum2);
                sum3 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref row3, f)), tips, sum3);
                tip = ref Unsafe.Add(ref tip, Vector512<double>.Count);
            }
            var known = Vector512.Create(longest, g * Vector512<double>.Count);
            Longer(Longer(Longer(Longer(known, sum0), sum1), sum2), sum3).CopyTo(longest, g * Vector512<double>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Longer(Vector512<double> known, Vector512<double> projections) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Abs(projections), Vector512.Abs(known)), projections, known);
}
