using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Shifts and scales every column to mean 0 and population standard deviation 1; constant columns are only shifted. What would lie
/// beyond ±1e75 is put there.
/// </summary>
/// <param name="Mean">Mean of each column.</param>
/// <param name="Scale">Population standard deviation of each column, 1 where the column is constant.</param>
public sealed record Standardizer(double[] Mean, double[] Scale)
{
    /// <summary>Leaves every column as it is.</summary>
    public static Standardizer None(int columns) => new(new double[columns], [.. Enumerable.Repeat(1.0, columns)]);

    public static Standardizer Fit(Matrix x)
    {
        ArgumentNullException.ThrowIfNull(x);
        InputCheck.Training(x);
        var mean = new double[x.Columns];
        var scale = new double[x.Columns];
        for (var i = 0; i < x.Rows; i++) TensorPrimitives.Add(mean, x.Row(i), mean);
        for (var c = 0; c < mean.Length; c++) mean[c] /= x.Rows;
        AddSquares(x, mean, scale);
        for (var c = 0; c < mean.Length; c++)
        {
            scale[c] = Math.Sqrt(scale[c] / x.Rows);
            // rounding leaves a constant column with a tiny spread; dividing by it would blow noise up to ±1
            if (scale[c] <= 10 * double.Epsilon || scale[c] < 1e-13 * Math.Abs(mean[c])) scale[c] = 1;
        }
        return new Standardizer(mean, scale);
    }

    /// <exception cref="ArgumentException">The number of columns differs from the fitted table.</exception>
    public Matrix Transform(Matrix x)
    {
        ArgumentNullException.ThrowIfNull(x);
        InputCheck.Scoring(x, Mean.Length);
        var values = new double[x.Values.Length];
        Transform(x.Values, values);
        return new Matrix(x.Rows, x.Columns, values);
    }

    /// <summary>Standardises rows laid out one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transform(ReadOnlySpan<double> rows, Span<double> standardized)
    {
        var columns = Mean.Length;
        // far outside of a narrow training range a number would leave what detectors take
        var (least, greatest) = (Vector512.Create(-Matrix.LargestNumber), Vector512.Create(Matrix.LargestNumber));
        for (var first = 0; first < rows.Length; first += columns)
        {
            var row = rows.Slice(first, columns);
            var target = standardized.Slice(first, columns);
            var c = 0;
            for (; c + Vector512<double>.Count <= columns; c += Vector512<double>.Count)
            {
                var z = (Vector512.Create(row[c..]) - Vector512.Create(Mean, c)) / Vector512.Create(Scale, c);
                Vector512.Max(Vector512.Min(z, greatest), least).CopyTo(target[c..]);
            }
            for (; c < columns; c++)
                target[c] = Math.Max(Math.Min((row[c] - Mean[c]) / Scale[c], Matrix.LargestNumber), -Matrix.LargestNumber);
        }
    }

    /// <summary>Adds up every column's squared distances from its mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSquares(Matrix x, double[] mean, double[] squares)
    {
        for (var i = 0; i < x.Rows; i++)
        {
            var row = x.Row(i);
            var c = 0;
            for (; c + Vector512<double>.Count <= row.Length; c += Vector512<double>.Count)
            {
                var distance = Vector512.Create(row[c..]) - Vector512.Create(mean, c);
                (Vector512.Create(squares, c) + distance * distance).CopyTo(squares, c);
            }
            for (; c < row.Length; c++) squares[c] += (row[c] - mean[c]) * (row[c] - mean[c]);
        }
    }
}
