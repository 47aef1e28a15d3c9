using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// A network with all weights in one flat vector. An instance holds the working memory of one thread; the weights are passed in.
/// </summary>
internal abstract class Network
{
    public abstract int ParameterCount { get; }

    /// <summary>Parameters that training changes; they come first.</summary>
    public virtual int TrainedCount => ParameterCount;

    /// <summary>Fills the weights with small random numbers.</summary>
    public abstract void Initialize(Span<double> parameters, RandomSource random);

    /// <summary>Sets the parameters that follow from the training samples and the initial weights.</summary>
    public virtual void Prepare(Span<double> parameters, SampleWindows samples, ReadOnlySpan<int> trainingSamples)
    {
    }

    /// <summary>Whether training steps are random.</summary>
    public virtual bool HasDropout => false;

    /// <summary>Draws what the next <see cref="Backpropagate"/> leaves out.</summary>
    public virtual void Drop(RandomSource random)
    {
    }

    /// <summary>The loss of a sample; its gradient is added to <paramref name="gradient"/>.</summary>
    public abstract double Backpropagate(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> gradient);

    /// <summary>The loss of a sample.</summary>
    public abstract double Loss(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample);

    /// <summary>The raw score of the sample's last row.</summary>
    public abstract double Score(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, int features);

    /// <summary>The raw scores of a standardised table, <c>[N, 1]</c>.</summary>
    public abstract string ScoresInOnnx(OnnxGraph graph, string table, ReadOnlySpan<double> parameters);

    /// <summary>Glorot and Bengio's uniform distribution.</summary>
    internal static void Glorot(Span<double> weights, int inputs, int outputs, RandomSource random)
    {
        var limit = Math.Sqrt(6.0 / (inputs + outputs));
        foreach (ref var weight in weights) weight = limit * (2 * random.NextDouble() - 1);
    }
}
