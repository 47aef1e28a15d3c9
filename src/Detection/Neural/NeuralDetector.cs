using System.Collections.Concurrent;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Neural;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// A network that learned what normal rows are like. It can be fitted at once or, through <see cref="BeginTraining"/>, epoch by epoch.
/// </summary>
public abstract class NeuralDetector : Detector
{
    private Standardizer _standardizer = new([], []);
    private double[] _weights = [];
    // working memory of threads that scored before
    private ConcurrentBag<Network> _spare = [];

    private protected NeuralDetector(AlgorithmInfo algorithm, ParameterSet parameters, int seed) : base(algorithm, parameters, seed)
    {
    }

    /// <summary>Rows in a sample: 1, or the window of a sequence model.</summary>
    private protected abstract int Window { get; }

    /// <summary>Name of the parameter that holds the weight decay.</summary>
    private protected abstract string WeightDecay { get; }

    /// <summary>Whether features are scaled first.</summary>
    private protected virtual bool Standardizes => true;

    private protected ReadOnlySpan<double> Weights => _weights;

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
        return new NetworkTraining(this, x, NeuralSettings.From(Parameters, Window, WeightDecay, Standardizes));
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
        (_standardizer, _weights, _spare) = (standardizer, weights, []);
        return ScoreRows(x, ct);
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var (features, padding) = (_standardizer.Mean.Length, Window - 1);
        using var samples = new PooledBuffer<double>((scores.Length + padding) * features);
        _standardizer.Transform(rows, samples.Span[(padding * features)..]);
        SampleWindows.Pad(samples.Span, padding, features);
        if (!_spare.TryTake(out var network)) network = CreateNetwork(features);
        for (var i = 0; i < scores.Length; i++)
            scores[i] = network.Score(_weights, samples.Span.Slice(i * features, Window * features), features);
        _spare.Add(network);
    }

    private protected SampleWindows Windows(ReadOnlySpan<double> rows, int count) =>
        new(_standardizer.Transform(new Matrix(count, rows.Length / count, rows.ToArray())), Window);

    internal override string ScoresInOnnx(OnnxGraph graph, string rows) =>
        CreateNetwork(FeatureCount).ScoresInOnnx(graph, graph.Standardized(rows, _standardizer), _weights);

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Array(_standardizer.Mean);
        writer.Array(_standardizer.Scale);
        writer.Array(_weights);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _standardizer = new Standardizer(reader.Array<double>(), reader.Array<double>());
        (_weights, _spare) = (reader.Array<double>(), []);
    }
}
