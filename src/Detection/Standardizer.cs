namespace EventSourcedAnomaly.Detection;

/// <summary>Shifts and scales every column to mean 0 and population standard deviation 1; constant columns are only shifted.</summary>
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
        for (var i = 0; i < x.Rows; i++)
        {
            var row = x.Row(i);
            for (var c = 0; c < mean.Length; c++) mean[c] += row[c];
        }
        for (var c = 0; c < mean.Length; c++) mean[c] /= x.Rows;
        for (var i = 0; i < x.Rows; i++)
        {
            var row = x.Row(i);
            for (var c = 0; c < mean.Length; c++) scale[c] += (row[c] - mean[c]) * (row[c] - mean[c]);
        }
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
        for (var i = 0; i < x.Rows; i++) Transform(x.Row(i), values.AsSpan(i * x.Columns, x.Columns));
        return new Matrix(x.Rows, x.Columns, values);
    }

    public void Transform(ReadOnlySpan<double> row, Span<double> standardized)
    {
        for (var c = 0; c < standardized.Length; c++) standardized[c] = (row[c] - Mean[c]) / Scale[c];
    }
}
