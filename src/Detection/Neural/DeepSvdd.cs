using EventSourcedAnomaly.Detection.Neural;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Deep support vector data description (Ruff, Vandermeulen, Görnitz, Deecke, Siddiqui, Binder, Müller, Kloft 2018, "Deep one-class
/// classification"): a network learns to map rows into a small sphere around a fixed centre, and the raw score is the squared distance
/// to the centre. Trained by Adam with early stopping.
/// </summary>
public sealed class DeepSvdd : NeuralDetector
{
    private static readonly int[] DefaultNeurons = [64, 32];

    internal static AlgorithmInfo Definition { get; } = new("DeepSVDD", ["deep_svdd", "Deep-SVDD"], "neural",
    [
        new("hidden_neurons", ParameterKind.IntegerList, DefaultNeurons, "Widths of the layers; the last is that of the sphere's space.")
        {
            Integers = new(1, 10_000),
        },
        Parameter.Choice("hidden_activation", "relu", ["relu", "leaky_relu", "tanh"], "Activation of the hidden layers."),
        Parameter.Choice("output_activation", "linear", ["linear", "relu", "leaky_relu", "tanh", "sigmoid"],
            "Activation of the last layer; a bounded one can map everything to the centre."),
        Parameter.Boolean("preprocessing", value: true, "Scale features to mean 0 and standard deviation 1 first."),
        Parameter.Number("l2_regularizer", 1e-6, new(0, 1), "Decoupled weight decay."),
        // the loss grows with the square of the distance: without a tight bound the anomalies among the rows would lead the training
        .. NeuralSettings.Parameters(epochs: 100, clipNorm: 0.1),
    ])
    { Make = (parameters, seed) => new DeepSvdd(parameters, seed), HasOnnxForm = true };

    private DeepSvdd(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override int Window => 1;

    private protected override string WeightDecay => "l2_regularizer";

    private protected override bool Standardizes => Parameters.Boolean("preprocessing");

    internal override Network CreateNetwork(int features)
    {
        var neurons = (int[])Parameters["hidden_neurons"]!;
        if (neurons.Length == 0) throw new ParameterException("hidden_neurons", "at least one layer", "[]");
        return new SphereNetwork(
            [features, .. neurons], new(Parameters.Text("hidden_activation")), new(Parameters.Text("output_activation")));
    }
}
