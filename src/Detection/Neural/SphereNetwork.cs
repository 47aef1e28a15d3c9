using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// The network of Deep SVDD (Ruff et al. 2018): it maps rows close to a fixed centre, the mean of what the initial network makes of
/// them. Layers have no biases, for with them all rows could be mapped to the centre (the paper's proposition 2). The centre stands
/// behind the weights.
/// </summary>
internal sealed class SphereNetwork(int[] sizes, Activation hidden, Activation last) : Network
{
    /// <summary>A coordinate of the centre nearer to 0 could be met by zero weights; the authors' bound.</summary>
    private const double LeastCoordinate = 0.1;

    private readonly DenseLayers _layers = new(sizes, hidden, last, hasBiases: false);

    public override int ParameterCount => TrainedCount + sizes[^1];

    public override int TrainedCount => _layers.ParameterCount;

    public override void Initialize(Span<double> parameters, RandomSource random) => _layers.Initialize(parameters, random);

    public override void Prepare(Span<double> parameters, SampleWindows samples, ReadOnlySpan<int> trainingSamples)
    {
        var center = parameters[TrainedCount..];
        center.Clear();
        foreach (var sample in trainingSamples)
        {
            _layers.Forward(parameters, samples[sample]);
            TensorPrimitives.Add(center, _layers.Output, center);
        }
        TensorPrimitives.Divide(center, Math.Max(1, trainingSamples.Length), center);
        foreach (ref var c in center)
        {
            if (Math.Abs(c) < LeastCoordinate) c = c < 0 ? -LeastCoordinate : LeastCoordinate;
        }
    }

    /// <summary>Squared distance to the centre.</summary>
    public override double Loss(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample)
    {
        _layers.Forward(parameters, sample);
        var distance = TensorPrimitives.Distance(_layers.Output, parameters[TrainedCount..]);
        return distance * distance;
    }

    public override double Score(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, int features) => Loss(parameters, sample);

    public override double Backpropagate(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> gradient)
    {
        var loss = Loss(parameters, sample);
        TensorPrimitives.Subtract(_layers.Output, parameters[TrainedCount..], _layers.OutputDelta);
        TensorPrimitives.Multiply(_layers.OutputDelta, 2, _layers.OutputDelta);
        _layers.Backward(parameters, gradient);
        return loss;
    }

    public override string ScoresInOnnx(OnnxGraph graph, string table, ReadOnlySpan<double> parameters)
    {
        var mapped = _layers.InOnnx(graph, table, parameters);
        return graph.RowSums(graph.Square(graph.Add("Sub", mapped, graph.Row(parameters[TrainedCount..]))));
    }
}
