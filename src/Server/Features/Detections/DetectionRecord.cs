using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Writes detections into the log, each as a stream of one event with its bytes beside it.</summary>
internal sealed class DetectionRecord(EventStore store)
{
    /// <summary>Under which name the rows lie beside the stream.</summary>
    public const string Input = "input";

    /// <summary>Under which name the predictions lie beside the stream.</summary>
    public const string Output = "verdicts";

    /// <summary>Writes a detection.</summary>
    /// <exception cref="VersionConflictException">It is written already.</exception>
    public Task<AppendResult> Write(string tenant, DetectionCompleted completed, IReadOnlyList<Attachment> attachments, EventMetadata metadata, CancellationToken ct)
    {
        var snapshot = JsonSerializer.SerializeToUtf8Bytes(new DetectionResult(completed), EventJson.Options);
        return store.Append(
            new AppendRequest(
                [
                    new StreamAppend(
                        new StreamKey(tenant, completed.Id), DetectionResult.StreamType, ExpectedVersion.NoStream, [store.Types.Serialize(completed)],
                        new Snapshot(snapshot, 1), attachments),
                ],
                metadata),
            ct);
    }
}
