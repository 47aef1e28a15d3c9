using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Sums of products of columns.</summary>
internal static class Covariance
{
    private const int BlockRows = 4096;
    private const int StripRows = 64;
    private const int PanelColumns = 4;

    /// <summary>
    /// Σ (x_i - mean)(x_i - mean)ᵀ over the rows, row-major; summed in fixed blocks, so the result does not depend on threads.
    /// </summary>
    public static double[] Scatter(Matrix x, double[] mean, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var size = x.Columns;
        var blocks = new double[(x.Rows + BlockRows - 1) / BlockRows][];
        RowBlocks.ForEach(x.Rows, BlockRows, maxDegreeOfParallelism, ct, (first, count) =>
            blocks[first / BlockRows] = Block(x, mean, first, count));
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

    /// <summary>The sums of one block of rows; below the diagonal they are not all there.</summary>
    private static double[] Block(Matrix x, double[] mean, int first, int count)
    {
        var (size, lanes) = (x.Columns, Vector512<double>.Count);
        var width = (size + lanes - 1) / lanes * lanes;
        var sums = new double[(size + PanelColumns - 1) / PanelColumns * PanelColumns * width];
        var centered = new double[StripRows * width];
        for (var strip = 0; strip < count; strip += StripRows)
        {
            var rows = Math.Min(StripRows, count - strip);
            for (var i = 0; i < rows; i++)
                System.Numerics.Tensors.TensorPrimitives.Subtract(x.Row(first + strip + i), mean, centered.AsSpan(i * width, size));
            for (var a = 0; a < size; a += PanelColumns)
            {
                for (var b = a / lanes * lanes; b < width; b += lanes) AddProducts(centered.AsSpan(0, rows * width), width, a, b, sums);
            }
        }
        var square = new double[size * size];
        for (var a = 0; a < size; a++) sums.AsSpan(a * width, size).CopyTo(square.AsSpan(a * size));
        return square;
    }

    // Four columns against eight, held in registers over a strip of rows that fits into the first cache.
    private static void AddProducts(ReadOnlySpan<double> centered, int width, int a, int b, double[] sums)
    {
        var sum0 = Vector512<double>.Zero;
        var sum1 = Vector512<double>.Zero;
        var sum2 = Vector512<double>.Zero;
        var sum3 = Vector512<double>.Zero;
        for (var row = centered; row.Length > 0; row = row[width..])
        {
            var right = Vector512.Create(row[b..]);
            var left = row.Slice(a, PanelColumns);
            sum0 = Vector512.FusedMultiplyAdd(Vector512.Create(left[0]), right, sum0);
            sum1 = Vector512.FusedMultiplyAdd(Vector512.Create(left[1]), right, sum1);
            sum2 = Vector512.FusedMultiplyAdd(Vector512.Create(left[2]), right, sum2);
            sum3 = Vector512.FusedMultiplyAdd(Vector512.Create(left[3]), right, sum3);
        }
        Add(sum0, sums, a * width + b);
        Add(sum1, sums, (a + 1) * width + b);
        Add(sum2, sums, (a + 2) * width + b);
        Add(sum3, sums, (a + 3) * width + b);
    }

    private static void Add(Vector512<double> sum, double[] sums, int at)
    {
        var place = sums.AsSpan(at, Vector512<double>.Count);
        (Vector512.Create<double>(place) + sum).CopyTo(place);
    }
}
