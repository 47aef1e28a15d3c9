using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Linear;

/// <summary>A location and scatter, and the squared Mahalanobis distances they measure.</summary>
internal sealed class Ellipsoid
{
    private readonly Matrix _whitening;

    /// <param name="location">Centre.</param>
    /// <param name="whitening">Rows that map a centred row to uncorrelated coordinates of variance 1.</param>
    /// <param name="logDeterminant">ln of the covariance's determinant.</param>
    public Ellipsoid(double[] location, Matrix whitening, double logDeterminant) =>
        (Location, _whitening, LogDeterminant) = (location, whitening, logDeterminant);

    public double[] Location { get; }

    public Matrix Whitening => _whitening;

    public double LogDeterminant { get; }

    /// <summary>Mean and covariance of rows.</summary>
    /// <param name="x">Rows.</param>
    /// <param name="leastVariance">Variance, greater than 0, that every direction has at least: that of rounding.</param>
    /// <param name="ct">Stops the decomposition.</param>
    public static Ellipsoid Of(Matrix x, double leastVariance, CancellationToken ct)
    {
        var mean = Covariance.Mean(x);
        var scatter = Covariance.Scatter(x, mean, 1, ct);
        for (var i = 0; i < scatter.Length; i++) scatter[i] /= x.Rows;
        var eigen = SymmetricEigen.Of(scatter, x.Columns, ct);
        var floor = Math.Max(eigen.Values[0] * 1e-12, leastVariance);
        var whitening = eigen.Vectors.Values.ToArray();
        var logDeterminant = 0.0;
        for (var c = 0; c < x.Columns; c++)
        {
            var variance = Math.Max(eigen.Values[c], floor);
            logDeterminant += Math.Log(variance);
            var row = whitening.AsSpan(c * x.Columns, x.Columns);
            TensorPrimitives.Divide(row, Math.Sqrt(variance), row);
        }
        return new Ellipsoid(mean, new Matrix(x.Columns, x.Columns, whitening), logDeterminant);
    }

    public Ellipsoid Inflate(double factor)
    {
        var whitening = _whitening.Values.ToArray();
        TensorPrimitives.Divide(whitening, Math.Sqrt(factor), whitening);
        return new Ellipsoid(
            Location, new Matrix(_whitening.Rows, _whitening.Columns, whitening), LogDeterminant + Location.Length * Math.Log(factor));
    }

    /// <summary>A row in uncorrelated coordinates of variance 1, at most ±1e75 each.</summary>
    public void Whiten(ReadOnlySpan<double> row, Span<double> coordinates)
    {
        Span<double> centered = row.Length <= 256 ? stackalloc double[row.Length] : new double[row.Length];
        TensorPrimitives.Subtract(row, Location, centered);
        for (var c = 0; c < coordinates.Length; c++)
            coordinates[c] = Math.Clamp(TensorPrimitives.Dot(_whitening.Row(c), centered), -Matrix.LargestNumber, Matrix.LargestNumber);
    }

    public double SquaredDistance(ReadOnlySpan<double> row)
    {
        Span<double> centered = row.Length <= 256 ? stackalloc double[row.Length] : new double[row.Length];
        TensorPrimitives.Subtract(row, Location, centered);
        var sum = 0.0;
        for (var c = 0; c < _whitening.Rows; c++)
        {
            var coordinate = TensorPrimitives.Dot(_whitening.Row(c), centered);
            sum += coordinate * coordinate;
        }
        return sum;
    }

    public void SquaredDistances(Matrix x, Span<double> distances)
    {
        for (var i = 0; i < distances.Length; i++) distances[i] = SquaredDistance(x.Row(i));
    }
}
