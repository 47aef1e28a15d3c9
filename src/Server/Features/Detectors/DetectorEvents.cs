using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>A detector was created, yet to be trained.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Description">What its owner says of it.</param>
/// <param name="Algorithm">The algorithm's own name.</param>
/// <param name="Parameters">Its hyper-parameters as given.</param>
/// <param name="Tags">Words to find it by.</param>
/// <param name="CreatedAt">When.</param>
public sealed record DetectorCreated(
    string Id, string Name, string? Description, string Algorithm,
    IReadOnlyDictionary<string, JsonElement> Parameters, IReadOnlyList<string> Tags,
    DateTimeOffset CreatedAt) : IDomainEvent;

/// <summary>Its configuration was changed; a model in service stays in service.</summary>
public sealed record DetectorUpdated(
    string Name, string? Description, IReadOnlyDictionary<string, JsonElement> Parameters, IReadOnlyList<string> Tags,
    DateTimeOffset UpdatedAt) : IDomainEvent;

/// <summary>A training for it began.</summary>
public sealed record DetectorTrainingBegan(string TrainingId, DateTimeOffset BeganAt) : IDomainEvent;

/// <summary>A training gave it a model, which is in service from now on.</summary>
public sealed record DetectorTrained(TrainedModel Model) : IDomainEvent;

/// <summary>A training ended without a model.</summary>
public sealed record DetectorTrainingEnded(string TrainingId, string Reason, bool Failed, DateTimeOffset EndedAt) : IDomainEvent;

/// <summary>It was deleted; its history stays.</summary>
public sealed record DetectorDeleted(DateTimeOffset DeletedAt) : IDomainEvent;

/// <summary>A model and how it came to be; the bytes lie beside the detector's stream.</summary>
/// <param name="Version">1 for the detector's first model.</param>
/// <param name="TrainingId">The training that made it.</param>
/// <param name="DatasetId">What it learned from.</param>
/// <param name="Algorithm">The algorithm's own name.</param>
/// <param name="Parameters">The hyper-parameters it was trained with.</param>
/// <param name="Seed">The seed of its randomness.</param>
/// <param name="Sha256">Of its bytes, in hex.</param>
/// <param name="SizeBytes">Their number.</param>
/// <param name="FeatureCount">How many columns it judges; their names are in the bytes.</param>
/// <param name="Threshold">The raw score above which a row is an anomaly.</param>
/// <param name="Rows">How many rows it learned from.</param>
/// <param name="Metrics">What is known of its quality; without labels, nothing.</param>
/// <param name="CodeVersion">The build that trained it.</param>
/// <param name="StartedAt">When its training started.</param>
/// <param name="TrainedAt">When it was done.</param>
/// <param name="TrainingSeconds">How long fitting took.</param>
public sealed record TrainedModel(
    int Version,
    string TrainingId,
    string DatasetId,
    string Algorithm,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    int Seed,
    string Sha256,
    long SizeBytes,
    int FeatureCount,
    double Threshold,
    long Rows,
    ClassificationMetrics Metrics,
    string CodeVersion,
    DateTimeOffset StartedAt,
    DateTimeOffset TrainedAt,
    double TrainingSeconds);

/// <summary>How well predictions agree with labels; null where there are no labels to agree with.</summary>
public sealed record ClassificationMetrics(double? Accuracy, double? Precision, double? Recall, double? F1Score, double? Auc)
{
    /// <summary>Nothing is known.</summary>
    public static readonly ClassificationMetrics Unknown = new(null, null, null, null, null);
}
