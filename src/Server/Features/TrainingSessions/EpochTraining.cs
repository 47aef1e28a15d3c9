using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>
/// A plan at work: rows prepared, a network that advances epoch by epoch. What an epoch gives depends on the plan and the rows alone.
/// </summary>
internal sealed class EpochTraining
{
    private readonly ModelArtifact _artifact;
    private readonly NetworkTraining _network;
    private readonly int[]? _labels;
    private readonly double _contamination;

    private EpochTraining(ModelArtifact artifact, NetworkTraining network, int[]? labels, double contamination) =>
        (_artifact, _network, _labels, _contamination) = (artifact, network, labels, contamination);

    /// <summary>Epochs done.</summary>
    public int Epoch => _network.Epoch;

    /// <summary>Whether all epochs are done, or more would not help.</summary>
    public bool IsComplete => _network.IsComplete;

    /// <summary>Begins a training, or goes on from a stored state.</summary>
    public static EpochTraining Begin(EpochPlan plan, SampleRows rows, byte[]? state)
    {
        var detector = (NeuralDetector)ProductAlgorithms.Catalog.Create(plan.Algorithm, plan.Parameters, plan.Seed);
        var artifact = new ModelArtifact(Preprocessing.Learn(rows.Cells, rows.Columns, new PreprocessingOptions()), detector);
        var x = artifact.Transform(rows.Cells);
        var contamination = detector.Parameters.Values["contamination"] is double share ? share : 0.1;
        return new EpochTraining(artifact, state is null ? detector.BeginTraining(x) : detector.ResumeTraining(x, state),
            rows.Labels, contamination);
    }

    /// <summary>Trains one epoch and measures it.</summary>
    /// <exception cref="InvalidDataException">The training diverged.</exception>
    public IReadOnlyDictionary<string, double> Next(CancellationToken ct)
    {
        var report = _network.TrainEpoch(ct);
        var metrics = new Dictionary<string, double> { ["train_loss"] = report.Loss, ["learning_rate"] = report.LearningRate };
        if (report.ValidationLoss is { } validation)
        {
            metrics["val_loss"] = validation;
        }

        if (_labels is not null)
        {
            Judge(metrics, _labels, ct);
        }

        return metrics.Values.All(double.IsFinite)
            ? metrics
            : throw new InvalidDataException(
                $"The training diverged: epoch {report.Epoch} has no finite loss. A lower learning_rate may help.");
    }

    /// <summary>What it takes to go on from here.</summary>
    public byte[] State() => _network.Checkpoint();

    /// <summary>The fitted model, with the weights of the best epoch.</summary>
    public byte[] Model(CancellationToken ct)
    {
        _network.Complete(ct);
        return _artifact.ToBytes();
    }

    private void Judge(Dictionary<string, double> metrics, int[] labels, CancellationToken ct)
    {
        var scores = _network.Scores(ct);
        var threshold = scores.Order()
            .ElementAt(Math.Clamp((int)Math.Ceiling((1 - _contamination) * scores.Length) - 1, 0, scores.Length - 1));
        metrics["train_accuracy"] = Accuracy(_network.TrainingRows);
        if (_network.ValidationRows.Count > 0)
        {
            metrics["val_accuracy"] = Accuracy(_network.ValidationRows);
        }

        double Accuracy(IReadOnlyList<int> rows) =>
            rows.Count(row => (scores[row] > threshold ? 1 : 0) == labels[row]) / (double)rows.Count;
    }
}
