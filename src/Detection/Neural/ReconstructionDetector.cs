using EventSourcedAnomaly.Detection.Neural;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// A network that learned to reconstruct normal rows; the raw score is the root of the summed squared errors over a row's
/// standardised features.
/// </summary>
public abstract class ReconstructionDetector : NeuralDetector
{
    private protected ReconstructionDetector(AlgorithmInfo algorithm, ParameterSet parameters, int seed) : base(algorithm, parameters, seed)
    {
    }

    /// <summary>0: a row that is reconstructed without error.</summary>
    public override double BaseValue => Fitted(0.0);

    private protected override string WeightDecay => "weight_decay";

    /// <summary>The score divided among the features in proportion to their squared errors.</summary>
    public override double[] Contributions(ReadOnlySpan<double> row)
    {
        InputCheck.Scoring(row, 1, Fitted(FeatureCount));
        var errors = new double[FeatureCount];
        ((ReconstructionNetwork)CreateNetwork(FeatureCount)).LastErrors(Weights, Windows(row, 1)[0], errors);
        var score = Math.Sqrt(errors.Sum());
        return score > 0 ? Array.ConvertAll(errors, e => e / score) : errors;
    }
}
