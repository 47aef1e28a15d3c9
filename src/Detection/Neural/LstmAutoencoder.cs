using EventSourcedAnomaly.Detection.Neural;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// LSTM autoencoder for series (Malhotra et al. 2016): rows are consecutive points in time, and each is scored by how badly it is
/// reconstructed at the end of the window of rows before it. Rows must be given in order of time.
/// </summary>
public sealed class LstmAutoencoder : ReconstructionDetector
{
    internal static AlgorithmInfo Definition { get; } = new("LSTMAutoencoder", ["lstm_autoencoder", "lstm_ae", "LSTM-AE"], "neural",
    [
        Parameter.Integer("window_size", 16, 1, "Rows in a window.", 10_000),
        Parameter.Integer("hidden_size", 16, 1, "Units of encoder and decoder.", 4_096),
        NeuralSettings.DefaultWeightDecay,
        .. NeuralSettings.Parameters(epochs: 50),
    ])
    { Make = (parameters, seed) => new LstmAutoencoder(parameters, seed), HasOnnxForm = true };

    private LstmAutoencoder(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    /// <inheritdoc/>
    public override bool IsSequential => true;

    private protected override int Window => Parameters.Integer("window_size");

    /// <summary>Windows reach back over any border between blocks, so there is one block.</summary>
    private protected override int BlockRows => int.MaxValue;

    internal override Network CreateNetwork(int features) => new LstmReconstruction(features, Parameters.Integer("hidden_size"), Window);
}
