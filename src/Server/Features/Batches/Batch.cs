using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>A data set being judged chunk by chunk, from the request to a result or a reason why there is none.</summary>
public sealed record Batch(
    BatchRequested? Request,
    BatchAnswered? Answer,
    string Status,
    TrainedModel? Model,
    int Chunks,
    BatchTally Tally,
    double MemoryPeakMb,
    double? Seconds,
    string? Failure,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt) : Aggregate, IAggregate<Batch>
{
    /// <summary>Asked for, not begun.</summary>
    public const string Queued = "queued";

    /// <summary>Under way.</summary>
    public const string Running = "running";

    /// <summary>Done.</summary>
    public const string Completed = "completed";

    /// <summary>Not possible.</summary>
    public const string Failed = "failed";

    /// <summary>Called off.</summary>
    public const string Cancelled = "cancelled";

    /// <inheritdoc/>
    public static string StreamType => "batch";

    /// <inheritdoc/>
    public static Batch Initial { get; } = new(null, null, string.Empty, null, 0, BatchTally.Empty, 0, null, null, null, null);

    /// <summary>Whether there is nothing more to come.</summary>
    internal bool Ended => Status is Completed or Failed or Cancelled;

    /// <summary>The request, of a batch that is known to be of a data set.</summary>
    internal BatchRequested Requested => Request ?? throw new InvalidOperationException("The batch has no request.");

    public Batch Apply(BatchRequested e) => this with { Request = e, Status = Queued, Model = e.Model };

    public Batch Apply(BatchStarted e) => this with { Status = Running, StartedAt = StartedAt ?? e.StartedAt };

    public Batch Apply(BatchModelFitted e) => this with { Model = e.Model };

    public Batch Apply(BatchProgressed e) => this with { Chunks = e.Chunks, Tally = e.Tally, MemoryPeakMb = e.MemoryPeakMb };

    public Batch Apply(BatchCompleted e) => this with { Status = Completed, Seconds = e.Seconds, EndedAt = e.CompletedAt };

    public Batch Apply(BatchAnswered e) => this with
    {
        Answer = e,
        Status = Completed,
        Tally = e.Tally,
        Seconds = (e.CompletedAt - e.RequestedAt).TotalSeconds,
        StartedAt = e.RequestedAt,
        EndedAt = e.CompletedAt,
    };

    public Batch Apply(BatchFailed e) => this with { Status = Failed, Failure = e.Reason, EndedAt = e.FailedAt };

    public Batch Apply(BatchCancelled e) => this with { Status = Cancelled, EndedAt = e.CancelledAt };

    /// <summary>Asks for it.</summary>
    public static IReadOnlyList<IDomainEvent> Submit(Batch state, BatchRequested wanted) => state.Request is null ? [wanted] : [];

    /// <summary>Records inputs that were judged at once.</summary>
    public static IReadOnlyList<IDomainEvent> Record(Batch state, BatchAnswered answer) => state.Answer is null ? [answer] : [];

    /// <summary>Takes it up, again after a silo that did not survive it.</summary>
    public static IReadOnlyList<IDomainEvent> Start(Batch state, DateTimeOffset now) => state.Request is null || state.Ended
        ? [] : [new BatchStarted(now)];

    /// <summary>Takes the model that was made for it.</summary>
    public static IReadOnlyList<IDomainEvent> Adopt(Batch state, TrainedModel model) =>
        state.Status == Running && state.Model is null ? [new BatchModelFitted(model)] : [];

    /// <summary>Reports finished chunks; what falls behind an earlier report is dropped.</summary>
    public static IReadOnlyList<IDomainEvent> Report(Batch state, int chunks, BatchTally tally, double memoryPeakMb, DateTimeOffset now) =>
        state.Status == Running && chunks > state.Chunks
            ? [new BatchProgressed(chunks, tally, Math.Max(memoryPeakMb, state.MemoryPeakMb), now)] : [];

    /// <summary>Ends it with a result.</summary>
    public static IReadOnlyList<IDomainEvent> Complete(Batch state, double seconds, DateTimeOffset now) =>
        state.Request is null || state.Ended ? [] : [new BatchCompleted(seconds, now)];

    /// <summary>Ends it without.</summary>
    public static IReadOnlyList<IDomainEvent> Fail(Batch state, string reason, DateTimeOffset now) =>
        state.Request is null || state.Ended ? [] : [new BatchFailed(reason, now)];

    /// <summary>Calls it off.</summary>
    public static IReadOnlyList<IDomainEvent> Cancel(Batch state, string id, DateTimeOffset now) => state switch
    {
        { Request: null, Answer: null } => throw Problem.NotFound("batch job", id),
        { Status: Cancelled } => [],
        { Ended: true } => throw Problem.Conflict($"The batch is {state.Status} already."),
        _ => [new BatchCancelled(now)],
    };
}
