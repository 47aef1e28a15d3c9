using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// A network that reconstructs its input, with all weights in one flat vector. An instance holds the scratch memory of one thread;
/// the weights are passed in.
/// </summary>
internal abstract class Network
{
    public abstract int ParameterCount { get; }

    /// <summary>Fills the weights with small random numbers.</summary>
    public abstract void Initialize(Span<double> parameters, RandomSource random);

    /// <summary>The mean squared error of reconstructing a sample; its gradient is added to <paramref name="gradient"/>.</summary>
    public abstract double Backpropagate(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> gradient);

    /// <summary>The mean squared error of reconstructing a sample.</summary>
    public abstract double Loss(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample);

    /// <summary>Squared error of each feature at the sample's last step.</summary>
    public abstract void LastErrors(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> errors);

    /// <summary>Glorot and Bengio's uniform distribution.</summary>
    protected static void Glorot(Span<double> weights, int inputs, int outputs, RandomSource random)
    {
        var limit = Math.Sqrt(6.0 / (inputs + outputs));
        foreach (ref var weight in weights) weight = limit * (2 * random.NextDouble() - 1);
    }
}
