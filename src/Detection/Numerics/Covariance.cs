namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Sums of products of columns.</summary>
internal static class Covariance
{
    private const int BlockRows = 4096;

    /// <summary>
    /// Σ (x_i - mean)(x_i - mean)ᵀ over the rows, row-major; summed in fixed blocks, so the result does not depend on threads.
    /// </summary>
    public static double[] Scatter(Matrix x, double[] mean, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var size = x.Columns;
        var blocks = new double[(x.Rows + BlockRows - 1) / BlockRows][];
        RowBlocks.ForEach(x.Rows, BlockRows, maxDegreeOfParallelism, ct, (first, count) =>
        {
            var sum = blocks[first / BlockRows] = new double[size * size];
            var centered = new double[size];
            for (var i = first; i < first + count; i++)
            {
                System.Numerics.Tensors.TensorPrimitives.Subtract(x.Row(i), mean, centered);
                for (var a = 0; a < size; a++) AddScaled(sum.AsSpan(a * size + a, size - a), centered.AsSpan(a), centered[a]);
            }
        });
        var total = new double[size * size];
        foreach (var block in blocks) System.Numerics.Tensors.TensorPrimitives.Add(total, block, total);
        for (var a = 0; a < size; a++)
        {
            for (var b = 0; b < a; b++) total[a * size + b] = total[b * size + a];
        }
        return total;
    }

    public static double[] Mean(Matrix x)
    {
        var mean = new double[x.Columns];
        for (var i = 0; i < x.Rows; i++) System.Numerics.Tensors.TensorPrimitives.Add(mean, x.Row(i), mean);
        System.Numerics.Tensors.TensorPrimitives.Divide(mean, x.Rows, mean);
        return mean;
    }

    private static void AddScaled(Span<double> sum, ReadOnlySpan<double> values, double factor) =>
        System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(values, factor, sum, sum);
}
