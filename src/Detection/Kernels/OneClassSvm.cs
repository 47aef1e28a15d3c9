using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Kernels;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// One-class support vector machine (Schölkopf, Platt, Shawe-Taylor, Smola, Williamson 2001, "Estimating the support of a
/// high-dimensional distribution"). The raw score is ρ - Σ αᵢ k(xᵢ, x), the negative of scikit-learn's <c>decision_function</c>; with
/// <c>contamination='auto'</c> the threshold is 0, the boundary itself.
/// </summary>
public sealed class OneClassSvm : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("OneClassSVM", ["OCSVM", "one_class_svm"], "kernel",
    [
        Parameter.Choice("kernel", "rbf", ["rbf", "linear", "poly", "sigmoid"], "Kernel function."),
        Parameter.Integer("degree", 3, 0, "Degree of the poly kernel.", 20),
        new("gamma", ParameterKind.Choice | ParameterKind.Number, "scale",
            "Kernel coefficient: 'scale' is 1 / (features * variance), 'auto' 1 / features.")
        {
            Choices = ["scale", "auto"],
            Numbers = new(0, double.PositiveInfinity, MinimumOpen: true),
        },
        Parameter.Number(
            "coef0", 0, new(double.NegativeInfinity, double.PositiveInfinity), "Independent term of the poly and sigmoid kernels."),
        Parameter.Number("tol", 1e-3, new(0, 1, MinimumOpen: true), "Violation of the optimality conditions at which to stop."),
        Parameter.Number(
            "nu", 0.5, new(0, 1, MinimumOpen: true), "Upper bound on the share of training rows outside, lower bound on support vectors."),
        Parameter.Boolean("shrinking", value: true, "Accepted for compatibility; has no effect on the result."),
        Parameter.Number("cache_size", 200, new(1, 1_000_000), "Memory for kernel rows, in MB."),
        Parameter.Integer("max_iter", -1, -1, "Greatest number of steps; -1 for LIBSVM's limit, ten million or a hundred per row."),
        Parameter.AutomaticContamination,
    ])
    { Make = (parameters, seed) => new OneClassSvm(parameters, seed), HasOnnxForm = true };

    private Kernel _kernel = null!;
    private Matrix _supportVectors = null!;
    private double[] _columns = [];
    private double[] _dualCoef = [];
    private double _rho;

    private OneClassSvm(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override double? AutomaticThreshold => 0;

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        _kernel = Kernel.From(Parameters, x);
        var diagonal = new double[x.Rows];
        for (var i = 0; i < diagonal.Length; i++)
        {
            diagonal[i] = _kernel.OfItself(x.Row(i));
            if (_kernel.Name is "poly" && Math.Abs(diagonal[i]) >= Kernel.Largest)
                throw new ArgumentException($"the poly kernel of row {i} (counted from 0) leaves float64: scale the columns or take a "
                    + "smaller gamma, coef0 or degree", nameof(x));
        }
        var cache = new KernelCache(_kernel, x, Parameters.Number("cache_size"));
        var solution = SequentialMinimalOptimization.Solve(
            cache, diagonal, Parameters.Number("nu"), Parameters.Number("tol"), Parameters.Integer("max_iter"), ct);
        var support = Enumerable.Range(0, x.Rows).Where(i => solution.Alpha[i] > 0).ToArray();
        Assemble(x.SelectRows(support), Array.ConvertAll(support, i => solution.Alpha[i]), solution.Rho);
        return solution.IsCoarse ? Recentre(x, solution, ct) : Array.ConvertAll(solution.Gradient, expansion => _rho - expansion);
    }

    /// <summary>
    /// Where kernel values are so large that sums of them differ by more than the tolerance with the order of summing, the boundary is
    /// laid by the sums that score.
    /// </summary>
    private double[] Recentre(Matrix x, SequentialMinimalOptimization.Solution solution, CancellationToken ct)
    {
        _rho = 0;
        var expansions = Array.ConvertAll(ScoreRows(x, ct), score => -score);
        _rho = SequentialMinimalOptimization.Offset(solution.Alpha, expansions);
        return Array.ConvertAll(expansions, expansion => _rho - expansion);
    }

    private void Assemble(Matrix supportVectors, double[] dualCoef, double rho) =>
        (_supportVectors, _columns, _dualCoef, _rho) = (supportVectors, supportVectors.ToColumnMajor(), dualCoef, rho);

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _supportVectors.Columns;
        using var values = new PooledBuffer<double>(_dualCoef.Length);
        using var buffer = new PooledBuffer<double>(_dualCoef.Length);
        for (var i = 0; i < scores.Length; i++)
        {
            _kernel.Evaluate(rows.Slice(i * features, features), _columns, buffer.Span, values.Span);
            scores[i] = _rho - TensorPrimitives.Dot<double>(values.Span, _dualCoef);
        }
    }

    internal override string ScoresInOnnx(OnnxGraph graph, string rows)
    {
        var values = _kernel.InOnnx(graph, rows, _supportVectors);
        return graph.Add("Sub", graph.Scalar(_rho), graph.Add("MatMul", values, graph.Constant(_dualCoef, _dualCoef.Length, 1)));
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        _kernel.Write(writer);
        writer.Table(_supportVectors);
        writer.Array(_dualCoef);
        writer.Double(_rho);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _kernel = Kernel.Read(ref reader);
        Assemble(reader.Table(), reader.Array<double>(), reader.Double());
    }
}
