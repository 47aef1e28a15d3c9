using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Neural;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// A network that learned to reconstruct normal rows; the raw score is the root of the summed squared errors over a row's
/// standardised features. It can be fitted at once or, through <see cref="BeginTraining"/>, epoch by epoch.
/// </summary>
public abstract class NeuralDetector : Detector
{
    private Standardizer _standardizer = new([], []);
    private double[] _weights = [];

    private protected NeuralDetector(AlgorithmInfo algorithm, ParameterSet parameters, int seed) : base(algorithm, parameters, seed)
    {
    }

    /// <summary>0: a row that is reconstructed without error.</summary>
    public override double BaseValue => Fitted(0.0);

    /// <summary>Rows in a sample: 1, or the window of a sequence model.</summary>
    private protected abstract int Window { get; }

    internal abstract Network CreateNetwork(int features);

    /// <summary>
    /// Starts a training that the caller drives: <see cref="NetworkTraining.TrainEpoch"/> until complete, then
    /// <see cref="NetworkTraining.Complete"/>.
    /// </summary>
    /// <inheritdoc cref="Detector.Fit" path="/exception"/>
    public NetworkTraining BeginTraining(Matrix x)
    {
        ArgumentNullException.ThrowIfNull(x);
        InputCheck.Training(x);
        return new NetworkTraining(this, x, NeuralSettings.From(Parameters, Window));
    }

    /// <summary>Goes on with a training of the same parameters, seed and data.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or of a network of another size.</exception>
    public NetworkTraining ResumeTraining(Matrix x, ReadOnlySpan<byte> checkpoint)
    {
        var training = BeginTraining(x);
        training.Restore(checkpoint);
        return training;
    }

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        var training = BeginTraining(x);
        while (!training.IsComplete)
        {
            training.TrainEpoch(ct);
            progress?.Report(0.95 * training.Epoch / training.Epochs);
        }
        return training.Finish(x, ct);
    }

    internal double[] Adopt(Standardizer standardizer, double[] weights, Matrix x, CancellationToken ct)
    {
        (_standardizer, _weights) = (standardizer, weights);
        return ScoreRows(x, ct);
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _standardizer.Mean.Length;
        var network = CreateNetwork(features);
        var windows = new SampleWindows(_standardizer.Transform(new Matrix(scores.Length, features, rows.ToArray())), Window);
        var errors = new double[features];
        for (var i = 0; i < scores.Length; i++)
        {
            network.LastErrors(_weights, windows[i], errors);
            scores[i] = Math.Sqrt(errors.Sum());
        }
    }

    /// <summary>The score divided among the features in proportion to their squared errors.</summary>
    public override double[] Contributions(ReadOnlySpan<double> row)
    {
        InputCheck.Scoring(row, 1, Fitted(FeatureCount));
        var errors = new double[FeatureCount];
        var windows = new SampleWindows(_standardizer.Transform(new Matrix(1, FeatureCount, row.ToArray())), Window);
        CreateNetwork(FeatureCount).LastErrors(_weights, windows[0], errors);
        var score = Math.Sqrt(errors.Sum());
        return score > 0 ? Array.ConvertAll(errors, e => e / score) : errors;
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Array(_standardizer.Mean);
        writer.Array(_standardizer.Scale);
        writer.Array(_weights);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _standardizer = new Standardizer(reader.Array<double>(), reader.Array<double>());
        _weights = reader.Array<double>();
    }
}
