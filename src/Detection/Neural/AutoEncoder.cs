using EventSourcedAnomaly.Detection.Neural;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Autoencoder (Hawkins, He, Williams, Baxter 2002; Aggarwal 2017, chapter 3): a fully connected network with a bottleneck
/// reconstructs rows, and rows that it reconstructs badly are anomalies. Trained by Adam with early stopping.
/// </summary>
public sealed class AutoEncoder : ReconstructionDetector
{
    internal static AlgorithmInfo Definition { get; } = new("AutoEncoder", ["auto_encoder", "AE"], "neural",
    [
        new("hidden_neuron_list", ParameterKind.IntegerList | ParameterKind.Null, null,
            "Widths of the encoder's layers, which the decoder mirrors; null for a half and a quarter of the features.")
        {
            Integers = new(1, 10_000),
        },
        Parameter.Choice("hidden_activation_name", "relu", ["linear", "relu", "leaky_relu", "tanh", "sigmoid"],
            "Activation of the hidden layers."),
        NeuralSettings.DropoutRate,
        NeuralSettings.Preprocessing,
        NeuralSettings.DefaultWeightDecay,
        .. NeuralSettings.Parameters(epochs: 100),
    ])
    { Make = (parameters, seed) => new AutoEncoder(parameters, seed), HasOnnxForm = true };

    private AutoEncoder(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override int Window => 1;

    private protected override bool Standardizes => Parameters.Boolean("preprocessing");

    internal override Network CreateNetwork(int features)
    {
        // a code as wide as the data would learn to copy everything, anomalies included
        var encoder = Parameters["hidden_neuron_list"] as int[] ?? [Math.Max(1, (features + 1) / 2), Math.Max(1, features / 4)];
        return new DenseNetwork(
            [features, .. encoder, .. encoder.Reverse().Skip(1), features], new(Parameters.Text("hidden_activation_name")),
            Parameters.Number("dropout_rate"));
    }
}
