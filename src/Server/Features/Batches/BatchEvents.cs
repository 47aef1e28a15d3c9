using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>Somebody asked for a data set to be judged; the event holds all it takes to repeat it.</summary>
/// <param name="Id">The batch's id.</param>
/// <param name="ResultId">Under which the predictions will be found as a result.</param>
/// <param name="DetectorId">The detector; empty when the model is to be made for this batch alone.</param>
/// <param name="DatasetId">The rows.</param>
/// <param name="Algorithm">The algorithm's own name.</param>
/// <param name="Parameters">Its hyper-parameters.</param>
/// <param name="Seed">The seed of all randomness, should a model have to be made.</param>
/// <param name="Model">The detector's model in service at the time of the request, which judges whatever comes after; null when one is to
/// be made.</param>
/// <param name="Options">How to judge.</param>
/// <param name="TotalSamples">How many rows there are.</param>
/// <param name="Cells">How many numbers they hold.</param>
/// <param name="EstimatedSeconds">How long it is expected to take.</param>
/// <param name="RequestedAt">When.</param>
public sealed record BatchRequested(
    string Id,
    string ResultId,
    string DetectorId,
    string DatasetId,
    string Algorithm,
    IReadOnlyDictionary<string, System.Text.Json.JsonElement> Parameters,
    int Seed,
    TrainedModel? Model,
    BatchOptions Options,
    long TotalSamples,
    long Cells,
    double EstimatedSeconds,
    DateTimeOffset RequestedAt) : IDomainEvent;

/// <summary>How to judge a batch.</summary>
/// <param name="ChunkSize">How many rows are judged and stored at a time.</param>
/// <param name="ParallelJobs">How many chunks are judged side by side.</param>
/// <param name="Threshold">The score from 0 to 1 above which a row is an anomaly.</param>
/// <param name="ReturnScores">Whether the output has the scores.</param>
/// <param name="ReturnExplanations">Whether the output has each feature's contribution.</param>
/// <param name="OutputFormat">csv, ndjson or parquet.</param>
public sealed record BatchOptions(int ChunkSize, int ParallelJobs, double Threshold, bool ReturnScores,
    bool ReturnExplanations, string OutputFormat);

/// <summary>A silo took the work up; a second time when the first did not survive.</summary>
public sealed record BatchStarted(DateTimeOffset StartedAt) : IDomainEvent;

/// <summary>A model was fitted to the data set for this batch alone; its bytes lie beside the stream.</summary>
public sealed record BatchModelFitted(TrainedModel Model) : IDomainEvent;

/// <summary>The first chunks are judged, and their predictions stored beside the stream.</summary>
/// <param name="Chunks">How many.</param>
/// <param name="Tally">What was counted in them.</param>
/// <param name="MemoryPeakMb">The server's managed memory at its highest so far.</param>
/// <param name="ProgressedAt">When.</param>
public sealed record BatchProgressed(int Chunks, BatchTally Tally, double MemoryPeakMb, DateTimeOffset ProgressedAt) : IDomainEvent;

/// <summary>Every row is judged and the result is recorded.</summary>
/// <param name="Seconds">How long the judging took on the silo that ended it.</param>
/// <param name="CompletedAt">When.</param>
public sealed record BatchCompleted(double Seconds, DateTimeOffset CompletedAt) : IDomainEvent;

/// <summary>Some inputs that came with a request were judged at once, each with a result of its own.</summary>
public sealed record BatchAnswered(
    string Id, string DetectorId, string Algorithm, IReadOnlyList<string> ResultIds, BatchTally Tally, DateTimeOffset RequestedAt,
    DateTimeOffset CompletedAt) : IDomainEvent;

/// <summary>The work cannot be done, and why.</summary>
public sealed record BatchFailed(string Reason, DateTimeOffset FailedAt) : IDomainEvent;

/// <summary>Somebody called the work off.</summary>
public sealed record BatchCancelled(DateTimeOffset CancelledAt) : IDomainEvent;

/// <summary>What was counted in the rows judged so far; the last four only where there are labels.</summary>
/// <param name="Samples">Rows.</param>
/// <param name="Anomalies">Rows above the threshold.</param>
/// <param name="Confidence">The sum of the confidences.</param>
/// <param name="TruePositives">Anomalies that are labelled so.</param>
/// <param name="FalsePositives">Anomalies that are labelled normal.</param>
/// <param name="TrueNegatives">Normal rows that are labelled so.</param>
/// <param name="FalseNegatives">Normal rows that are labelled anomalies.</param>
public sealed record BatchTally(
    long Samples, long Anomalies, double Confidence, long TruePositives = 0, long FalsePositives = 0,
    long TrueNegatives = 0, long FalseNegatives = 0)
{
    /// <summary>Nothing yet.</summary>
    public static readonly BatchTally Empty = new(0, 0, 0);

    /// <summary>Both together.</summary>
    public BatchTally Add(BatchTally more) => new(
        Samples + more.Samples, Anomalies + more.Anomalies, Confidence + more.Confidence, TruePositives + more.TruePositives,
        FalsePositives + more.FalsePositives, TrueNegatives + more.TrueNegatives, FalseNegatives + more.FalseNegatives);

    /// <summary>How well predictions and labels agree; unknown without labels.</summary>
    internal ClassificationMetrics Quality()
    {
        if (TruePositives + FalsePositives + TrueNegatives + FalseNegatives == 0)
        {
            return ClassificationMetrics.Unknown;
        }

        var confusion = new EventSourcedAnomaly.Detection.ConfusionMatrix(
            checked((int)TruePositives), checked((int)FalsePositives), checked((int)TrueNegatives), checked((int)FalseNegatives));
        return new ClassificationMetrics(confusion.Accuracy, confusion.Precision, confusion.Recall, confusion.F1, null);
    }
}
