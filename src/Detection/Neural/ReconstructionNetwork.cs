using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>A network that learns to reproduce its input; its loss is the mean squared error.</summary>
internal abstract class ReconstructionNetwork : Network
{
    private double[] _errors = [];

    /// <summary>Squared error of each feature at the sample's last step.</summary>
    public abstract void LastErrors(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> errors);

    /// <summary>The root of the summed squared errors at the sample's last step.</summary>
    public override double Score(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, int features)
    {
        if (_errors.Length != features) _errors = new double[features];
        LastErrors(parameters, sample, _errors);
        return Math.Sqrt(TensorPrimitives.Sum<double>(_errors));
    }

    public override string ScoresInOnnx(OnnxGraph graph, string table, ReadOnlySpan<double> parameters) =>
        graph.Add("Sqrt", graph.RowSums(graph.Square(
            graph.Add("Sub", ReconstructionInOnnx(graph, table, parameters), table))));

    /// <summary>The reconstruction of every row, as the last of its window.</summary>
    private protected abstract string ReconstructionInOnnx(OnnxGraph graph, string table, ReadOnlySpan<double> parameters);
}
