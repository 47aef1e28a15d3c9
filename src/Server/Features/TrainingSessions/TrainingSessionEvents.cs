using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>A training session was made, yet to be started.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Tags">Words to find it by.</param>
/// <param name="Configuration">All it takes to train, as it was read then.</param>
/// <param name="CreatedAt">When.</param>
public sealed record TrainingSessionCreated(
    string Id, string? Name, IReadOnlyList<string> Tags, SessionConfiguration Configuration, DateTimeOffset CreatedAt) : IDomainEvent;

/// <summary>What is trained and how.</summary>
/// <param name="Path">The configuration file as it was named; null where none was.</param>
/// <param name="Epochs">The greatest number of epochs; 0 where only the trainer knows.</param>
/// <param name="Plan">What the server trains; null where somebody else's program trains and reports.</param>
/// <param name="BestBy">The metric by which an epoch is the best one.</param>
/// <param name="Mode"><c>min</c> or <c>max</c>.</param>
/// <param name="Shown">The configuration as it is shown.</param>
/// <param name="Checkpoints">Which checkpoints stay; null where nothing is said.</param>
public sealed record SessionConfiguration(
    string? Path, int Epochs, EpochPlan? Plan, string BestBy, string Mode, IReadOnlyDictionary<string, JsonElement> Shown,
    CheckpointRule? Checkpoints = null)
{
    internal CheckpointRule Keeps => Checkpoints ?? CheckpointRule.Unsaid;

    internal bool IsBetter(double value, double best) => Mode == "max" ? value > best : value < best;
}

/// <summary>A training by epochs on this server; the same plan gives the same numbers.</summary>
/// <param name="Algorithm">The algorithm's own name.</param>
/// <param name="Parameters">Its hyper-parameters.</param>
/// <param name="Seed">The seed of all randomness.</param>
/// <param name="DatasetId">The data set to learn from, or null.</param>
/// <param name="File">The file below the configuration root to learn from, or null.</param>
/// <param name="FileSha256">Of the file, in hex: another content is another training.</param>
/// <param name="LabelColumn">The column of the file that says which rows are anomalies.</param>
public sealed record EpochPlan(
    string Algorithm, IReadOnlyDictionary<string, JsonElement> Parameters, int Seed, string? DatasetId,
    string? File, string? FileSha256, string? LabelColumn);

/// <summary>It was started, or resumed after a stop or a failure.</summary>
/// <param name="Run">1 for the first start.</param>
/// <param name="StartedAt">When.</param>
public sealed record TrainingSessionStarted(int Run, DateTimeOffset StartedAt) : IDomainEvent;

/// <summary>The server finished an epoch; what it takes to go on from here is stored with the event.</summary>
/// <param name="Run">The start it belongs to.</param>
/// <param name="Epoch">From 1, one more than before.</param>
/// <param name="Metrics">What was measured.</param>
/// <param name="StateSha256">Of the stored state, in hex.</param>
/// <param name="EndedAt">When.</param>
public sealed record TrainingSessionEpochEnded(
    int Run, int Epoch, IReadOnlyDictionary<string, double> Metrics, string StateSha256, DateTimeOffset EndedAt) : IDomainEvent;

/// <summary>Somebody else's program reported what it measured; the points were stored before.</summary>
/// <param name="Points">How many numbers.</param>
/// <param name="FirstEpoch">The lowest epoch among them.</param>
/// <param name="LastEpoch">The highest epoch among them.</param>
/// <param name="Latest">The numbers of that epoch.</param>
/// <param name="Names">The metrics among them.</param>
/// <param name="BestEpoch">The best epoch among them; null where the metric that decides it is not.</param>
/// <param name="BestValue">What that metric was.</param>
/// <param name="Sha256">Of the points in order of metric and epoch, in hex.</param>
/// <param name="MeasuredAt">When the latest epoch ended, as the program says.</param>
/// <param name="RecordedAt">When it was reported.</param>
public sealed record TrainingSessionMetricsRecorded(
    int Points,
    int FirstEpoch,
    int LastEpoch,
    IReadOnlyDictionary<string, double> Latest,
    IReadOnlyList<string> Names,
    int? BestEpoch,
    double? BestValue,
    string Sha256,
    DateTimeOffset MeasuredAt,
    DateTimeOffset RecordedAt) : IDomainEvent;

/// <summary>Somebody stopped it; its state stays.</summary>
public sealed record TrainingSessionStopped(DateTimeOffset StoppedAt) : IDomainEvent;

/// <summary>All epochs are done, or more would not help.</summary>
/// <param name="ModelSha256">Of the fitted model that is stored with the event, in hex; null where somebody else's program trained.</param>
/// <param name="CompletedAt">When.</param>
public sealed record TrainingSessionCompleted(string? ModelSha256, DateTimeOffset CompletedAt) : IDomainEvent;

/// <summary>It cannot go on, and why.</summary>
public sealed record TrainingSessionFailed(string Reason, DateTimeOffset FailedAt) : IDomainEvent;
