using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// The network of Deep SVDD (Ruff et al. 2018): it maps rows close to a fixed centre, the mean of what the initial network makes of
/// them unless it is given. Layers have no biases, for with them all rows could be mapped to the centre (the paper's proposition 2).
/// With a decoder, the rows must also be reconstructed from where they are mapped to. Behind the weights of the layers stand those of
/// the decoder, behind these the centre.
/// </summary>
internal sealed class SphereNetwork : Network
{
    /// <summary>A coordinate of the centre nearer to 0 could be met by zero weights; the authors' bound.</summary>
    private const double LeastCoordinate = 0.1;

    private readonly int[] _sizes;
    private readonly Activation _hidden;
    private readonly Activation _last;
    private readonly Lazy<DenseLayers> _layers;
    private readonly Lazy<DenseLayers?> _decoder;

    /// <param name="sizes">Width of every layer, from the input to the sphere's space.</param>
    /// <param name="hidden">Activation of the hidden layers.</param>
    /// <param name="last">Activation of the last layer.</param>
    public SphereNetwork(int[] sizes, Activation hidden, Activation last)
    {
        (_sizes, _hidden, _last) = (sizes, hidden, last);
        _layers = new(() => new DenseLayers(_sizes, _hidden, _last, hasBiases: false, DropoutRate));
        _decoder = new(() => HasDecoder
            ? new DenseLayers([.. _sizes.Reverse()], _hidden, Activation.Linear, hasBiases: true, DropoutRate) : null);
    }

    /// <summary>The centre; null takes the mean.</summary>
    public double[]? Center { get; init; }

    public bool HasDecoder { get; init; }

    /// <summary>Share of the hidden units that are silent in a training step.</summary>
    public double DropoutRate { get; init; }

    private DenseLayers Layers => _layers.Value;

    private DenseLayers? Decoder => _decoder.Value;

    private int MappingCount => Layers.ParameterCount;

    public override int ParameterCount => TrainedCount + _sizes[^1];

    public override int TrainedCount => MappingCount + (Decoder?.ParameterCount ?? 0);

    public override bool HasDropout => DropoutRate > 0;

    public override void Drop(RandomSource random)
    {
        Layers.Drop(random);
        Decoder?.Drop(random);
    }

    public override void Initialize(Span<double> parameters, RandomSource random)
    {
        Layers.Initialize(parameters, random);
        Decoder?.Initialize(parameters[MappingCount..], random);
    }

    public override void Prepare(Span<double> parameters, SampleWindows samples, ReadOnlySpan<int> trainingSamples)
    {
        var center = parameters[TrainedCount..];
        if (Center is not null)
        {
            Center.CopyTo(center);
            return;
        }
        center.Clear();
        foreach (var sample in trainingSamples)
        {
            Layers.Forward(parameters, samples[sample]);
            TensorPrimitives.Add(center, Layers.Output, center);
        }
        TensorPrimitives.Divide(center, Math.Max(1, trainingSamples.Length), center);
        foreach (ref var c in center)
        {
            if (Math.Abs(c) < LeastCoordinate) c = c < 0 ? -LeastCoordinate : LeastCoordinate;
        }
    }

    /// <summary>Squared distance to the centre, and with a decoder the mean squared error of the reconstruction.</summary>
    public override double Loss(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample) =>
        Loss(parameters, sample, isTraining: false);

    /// <summary>Squared distance to the centre.</summary>
    public override double Score(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, int features)
    {
        Layers.Forward(parameters, sample);
        return SquaredDistance(Layers.Output, parameters[TrainedCount..]);
    }

    public override double Backpropagate(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> gradient)
    {
        var loss = Loss(parameters, sample, isTraining: true);
        TensorPrimitives.Subtract(Layers.Output, parameters[TrainedCount..], Layers.OutputDelta);
        TensorPrimitives.Multiply(Layers.OutputDelta, 2, Layers.OutputDelta);
        if (Decoder is { } decoder)
        {
            TensorPrimitives.Subtract(decoder.Output, sample, decoder.OutputDelta);
            TensorPrimitives.Multiply(decoder.OutputDelta, 2.0 / sample.Length, decoder.OutputDelta);
            decoder.Backward(parameters[MappingCount..TrainedCount], gradient[MappingCount..]);
            TensorPrimitives.Add(Layers.OutputDelta, decoder.InputDelta, Layers.OutputDelta);
        }
        Layers.Backward(parameters, gradient);
        return loss;
    }

    public override string ScoresInOnnx(OnnxGraph graph, string table, ReadOnlySpan<double> parameters)
    {
        var mapped = Layers.InOnnx(graph, table, parameters);
        return graph.RowSums(graph.Square(graph.Add("Sub", mapped, graph.Row(parameters[TrainedCount..]))));
    }

    private double Loss(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, bool isTraining)
    {
        Layers.Forward(parameters, sample, isTraining);
        var loss = SquaredDistance(Layers.Output, parameters[TrainedCount..]);
        if (Decoder is not { } decoder) return loss;
        decoder.Forward(parameters[MappingCount..], Layers.Output, isTraining);
        return loss + SquaredDistance(decoder.Output, sample) / sample.Length;
    }

    private static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var distance = TensorPrimitives.Distance(a, b);
        return distance * distance;
    }
}
