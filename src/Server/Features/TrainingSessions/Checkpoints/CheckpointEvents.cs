using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>A checkpoint of a session was saved; its bytes were stored before.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Epoch">The epoch whose end it is.</param>
/// <param name="FileName">What to call the file, without any path.</param>
/// <param name="Size">How many bytes.</param>
/// <param name="Sha256">Of the bytes, in hex.</param>
/// <param name="PartsSha256">Of the parts' SHA-256 one after another, in hex.</param>
/// <param name="Metrics">What was measured of it.</param>
/// <param name="MetricName">The metric by which the best checkpoint is found; null where nothing was measured yet.</param>
/// <param name="Mode"><c>min</c> or <c>max</c>; null with the metric.</param>
/// <param name="MetricValue">What that metric is here; null where it was not measured.</param>
/// <param name="IsBest">Whether it was the best one when it was saved.</param>
/// <param name="SavedAt">When.</param>
public sealed record CheckpointSaved(
    string Id,
    int Epoch,
    string FileName,
    long Size,
    string Sha256,
    string PartsSha256,
    IReadOnlyDictionary<string, double> Metrics,
    string? MetricName,
    string? Mode,
    double? MetricValue,
    bool IsBest,
    DateTimeOffset SavedAt) : IDomainEvent;

/// <summary>A checkpoint is no longer kept; its bytes go after this.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Reason">Whether somebody deleted it or newer ones took its place.</param>
/// <param name="RemovedAt">When.</param>
public sealed record CheckpointRemoved(string Id, string Reason, DateTimeOffset RemovedAt) : IDomainEvent
{
    /// <summary>Somebody deleted it.</summary>
    public const string Deleted = "deleted";

    /// <summary>The session keeps newer and better ones.</summary>
    public const string Superseded = "superseded";
}

/// <summary>Which checkpoints a session keeps.</summary>
/// <param name="Every">The server's own training saves every so many epochs, and whenever an epoch is the best so far or the last.</param>
/// <param name="KeepLast">How many of the newest stay, the best one apart; null for all.</param>
/// <param name="IsMetricGiven">Whether the configuration names the metric, so that no other can decide.</param>
public sealed record CheckpointRule(int Every, int? KeepLast, bool IsMetricGiven)
{
    /// <summary>Of a session whose configuration says nothing.</summary>
    public static readonly CheckpointRule Unsaid = new(10, null, false);
}
