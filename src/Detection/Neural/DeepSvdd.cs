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
        new("c", ParameterKind.Number | ParameterKind.NumberList | ParameterKind.Null, null,
            "Centre of the sphere: one number for all coordinates, a list of them, or null for the mean of what the untrained network "
                + "makes of the rows.")
        {
            Numbers = new(-1e6, 1e6),
        },
        Parameter.Boolean("use_ae", value: false,
            "Train a decoder along, the layers in reverse, that reconstructs rows from the sphere's space: the loss is the distance to "
                + "the centre plus the mean squared error."),
        Parameter.Choice("hidden_activation", "relu", ["linear", "relu", "leaky_relu", "tanh", "sigmoid"],
            "Activation of the hidden layers."),
        Parameter.Choice("output_activation", "linear", ["linear", "relu", "leaky_relu", "tanh", "sigmoid"],
            "Activation of the last layer; a bounded one can map everything to the centre."),
        NeuralSettings.DropoutRate,
        NeuralSettings.Preprocessing,
        Parameter.Number("l2_regularizer", 1e-6, new(0, 1), "Decoupled weight decay."),
        // the loss grows with the square of the distance: without a tight bound the anomalies among the rows would lead the training
        .. NeuralSettings.Parameters(epochs: 100, clipNorm: 0.1),
    ])
    { Make = (parameters, seed) => new DeepSvdd(parameters, seed), HasOnnxForm = true };

    private DeepSvdd(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
        if (Neurons.Length == 0) throw new ParameterException("hidden_neurons", "at least one layer", "[]");
        if (parameters["c"] is double[] center && center.Length != Neurons[^1])
            throw new ParameterException("c", $"{Neurons[^1]} numbers, one for each unit of the last layer",
                $"[{string.Join(", ", center)}]");
    }

    private int[] Neurons => (int[])Parameters["hidden_neurons"]!;

    private protected override int Window => 1;

    private protected override string WeightDecay => "l2_regularizer";

    private protected override bool Standardizes => Parameters.Boolean("preprocessing");

    internal override Network CreateNetwork(int features)
    {
        double[]? center = Parameters["c"] switch
        {
            double[] coordinates => coordinates,
            double coordinate => [.. Enumerable.Repeat(coordinate, Neurons[^1])],
            _ => null,
        };
        return new SphereNetwork([features, .. Neurons], new(Parameters.Text("hidden_activation")),
            new(Parameters.Text("output_activation")))
        {
            Center = center,
            HasDecoder = Parameters.Boolean("use_ae"),
            DropoutRate = Parameters.Number("dropout_rate"),
        };
    }
}
