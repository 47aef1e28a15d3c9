using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>Fully connected layers that reconstruct their input, the hidden ones with an activation, the last one linear.</summary>
/// <param name="sizes">Width of every layer, from the input to the reconstruction.</param>
/// <param name="hidden">Activation of the hidden layers.</param>
/// <param name="dropoutRate">Share of the hidden units that are silent in a training step.</param>
internal sealed class DenseNetwork(int[] sizes, Activation hidden, double dropoutRate = 0) : ReconstructionNetwork
{
    private readonly DenseLayers _layers = new(sizes, hidden, Activation.Linear, hasBiases: true, dropoutRate);

    public override int ParameterCount => _layers.ParameterCount;

    public override bool HasDropout => dropoutRate > 0;

    public override void Drop(RandomSource random) => _layers.Drop(random);

    public override void Initialize(Span<double> parameters, RandomSource random) => _layers.Initialize(parameters, random);

    public override double Loss(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample)
    {
        _layers.Forward(parameters, sample);
        return Loss(sample);
    }

    private double Loss(ReadOnlySpan<double> sample)
    {
        var distance = TensorPrimitives.Distance(_layers.Output, sample);
        return distance * distance / sample.Length;
    }

    public override void LastErrors(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> errors)
    {
        _layers.Forward(parameters, sample);
        TensorPrimitives.Subtract(_layers.Output, sample, errors);
        TensorPrimitives.Multiply(errors, errors, errors);
    }

    public override double Backpropagate(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> gradient)
    {
        _layers.Forward(parameters, sample, isTraining: true);
        var loss = Loss(sample);
        TensorPrimitives.Subtract(_layers.Output, sample, _layers.OutputDelta);
        TensorPrimitives.Multiply(_layers.OutputDelta, 2.0 / sample.Length, _layers.OutputDelta);
        _layers.Backward(parameters, gradient);
        return loss;
    }

    private protected override string ReconstructionInOnnx(OnnxGraph graph, string table, ReadOnlySpan<double> parameters) =>
        _layers.InOnnx(graph, table, parameters);
}
