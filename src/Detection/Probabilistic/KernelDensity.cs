using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Kernel density (Latecki, Lazarevic, Pokrajac 2007): the raw score is -ln of the density that Gaussian kernels around the training
/// rows give a row.
/// </summary>
public sealed class KernelDensity : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("KDE", ["KernelDensity", "kernel_density"], "probabilistic",
    [
        new("bandwidth", ParameterKind.Number | ParameterKind.Choice, 1.0,
            "Standard deviation of the kernels, or Scott's or Silverman's rule.")
        {
            Numbers = new(1e-75, 1e75),
            Choices = ["scott", "silverman"],
        },
        Parameter.Contamination,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new KernelDensity(parameters, seed) };

    private Matrix _points = null!;
    private double[] _columns = [];
    private double _bandwidth;

    private KernelDensity(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override int BlockRows => 64;

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        double n = x.Rows, d = x.Columns;
        Keep(x, Parameters["bandwidth"] switch
        {
            "scott" => Math.Pow(n, -1 / (d + 4)),
            "silverman" => Math.Pow(n * (d + 2) / 4, -1 / (d + 4)),
            _ => Parameters.Number("bandwidth"),
        });
        return ScoreRows(x, ct);
    }

    private void Keep(Matrix points, double bandwidth) => (_points, _columns, _bandwidth) = (points, points.ToColumnMajor(), bandwidth);

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _points.Columns;
        using var rented = new PooledBuffer<double>(2 * _points.Rows);
        var exponents = rented.Span[.._points.Rows];
        var difference = rented.Span[_points.Rows..];
        var constant = Math.Log(_points.Rows) + features * (Math.Log(_bandwidth) + 0.5 * Math.Log(2 * Math.PI));
        for (var i = 0; i < scores.Length; i++)
        {
            exponents.Clear();
            for (var f = 0; f < features; f++)
            {
                TensorPrimitives.Subtract(_columns.AsSpan(f * exponents.Length, exponents.Length), rows[i * features + f], difference);
                TensorPrimitives.MultiplyAdd(difference, difference, exponents, exponents);
            }
            TensorPrimitives.Multiply(exponents, -0.5 / (_bandwidth * _bandwidth), exponents);
            scores[i] = constant - LogSumExp(exponents);
        }
    }

    /// <summary>ln Σ exp(v), taken relative to the greatest so that far rows do not underflow to nothing.</summary>
    private static double LogSumExp(Span<double> values)
    {
        var greatest = TensorPrimitives.Max<double>(values);
        TensorPrimitives.Subtract(values, greatest, values);
        TensorPrimitives.Exp<double>(values, values);
        return greatest + Math.Log(TensorPrimitives.Sum<double>(values));
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Table(_points);
        writer.Double(_bandwidth);
    }

    private protected override void ReadModel(ref ModelReader reader) => Keep(reader.Table(), reader.Double());
}
