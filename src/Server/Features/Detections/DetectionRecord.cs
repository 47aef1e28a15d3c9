using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>
/// Writes detections into the log, each as a stream of one event with its bytes beside it. A detection never changes, so it needs no
/// grain's turn: it goes straight to the committer.
/// </summary>
internal sealed class DetectionRecord(AggregateStore aggregates)
{
    /// <summary>Under which name the rows lie beside the stream.</summary>
    public const string Input = "input";

    /// <summary>Under which name the predictions lie beside the stream.</summary>
    public const string Output = "predictions";

    /// <summary>Writes a detection.</summary>
    /// <exception cref="VersionConflictException">It is written already.</exception>
    public Task Write(string tenant, DetectionCompleted completed, IReadOnlyList<BulkBytes> bulk,
        EventMetadata metadata, CancellationToken ct) =>
        aggregates.Append(new AppendRequest(metadata, StreamAppend.On(tenant, completed.Id, DetectionResult.Initial, [completed], bulk)),
            ct);
}
