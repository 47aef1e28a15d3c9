using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>One training of a detector, from the request to a model or a reason why there is none.</summary>
public sealed record ModelTraining(
    TrainingRequested? Request,
    string Status,
    double Progress,
    string Step,
    ClassificationMetrics Metrics,
    double? BestAccuracy,
    string? Failure,
    TrainingCompleted? Result,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt) : Aggregate, IAggregate<ModelTraining>
{
    /// <summary>Asked for, not begun.</summary>
    public const string Started = "started";

    /// <summary>Under way.</summary>
    public const string Training = "training";

    /// <summary>Done.</summary>
    public const string Completed = "completed";

    /// <summary>Not possible.</summary>
    public const string Failed = "failed";

    /// <summary>Called off.</summary>
    public const string Cancelled = "cancelled";

    /// <inheritdoc/>
    public static string StreamType => "training";

    /// <inheritdoc/>
    public static ModelTraining Initial { get; } =
        new(null, string.Empty, 0, "queued", ClassificationMetrics.Unknown, null, null, null, null, null);

    /// <summary>Whether there is nothing more to come.</summary>
    internal bool Ended => Status is Completed or Failed or Cancelled;

    /// <summary>The request, of a training that is known to exist.</summary>
    internal TrainingRequested Requested => Request ?? throw new InvalidOperationException("The training does not exist.");

    public ModelTraining Apply(TrainingRequested e) => this with { Request = e, Status = Started };

    public ModelTraining Apply(TrainingStarted e) => this with { Status = Training, StartedAt = StartedAt ?? e.StartedAt };

    public ModelTraining Apply(TrainingProgressed e) => this with
    {
        Progress = e.Progress,
        Step = e.Step,
        Metrics = e.Metrics,
        BestAccuracy = Best(BestAccuracy, e.Metrics.Accuracy),
    };

    public ModelTraining Apply(TrainingCompleted e) => this with
    {
        Status = Completed,
        Progress = 1,
        Step = Completed,
        Metrics = e.Metrics,
        BestAccuracy = Best(BestAccuracy, e.Metrics.Accuracy),
        Result = e,
        EndedAt = e.CompletedAt,
    };

    public ModelTraining Apply(TrainingFailed e) => this with { Status = Failed, Step = Failed, Failure = e.Reason, EndedAt = e.FailedAt };

    public ModelTraining Apply(TrainingCancelled e) => this with { Status = Cancelled, Step = Cancelled, EndedAt = e.CancelledAt };

    /// <summary>Asks for it.</summary>
    public static IReadOnlyList<IDomainEvent> Submit(ModelTraining state, TrainingRequested wanted) =>
        state.Request is null ? [wanted] : [];

    /// <summary>Takes it up, again after a silo that did not survive it.</summary>
    public static IReadOnlyList<IDomainEvent> Start(ModelTraining state, DateTimeOffset now) =>
        state.Request is null || state.Ended ? [] : [new TrainingStarted(now)];

    /// <summary>Reports progress; what falls behind an earlier report is dropped.</summary>
    public static IReadOnlyList<IDomainEvent> Report(ModelTraining state, double progress, string step,
        ClassificationMetrics metrics, DateTimeOffset now) =>
        state.Status == Training && progress > state.Progress
            && progress <= 1 ? [new TrainingProgressed(progress, step, metrics, now)] : [];

    /// <summary>Ends it with a model.</summary>
    public static IReadOnlyList<IDomainEvent> Complete(ModelTraining state, TrainingCompleted result) =>
        state.Request is null || state.Ended ? [] : [result];

    /// <summary>Ends it without.</summary>
    public static IReadOnlyList<IDomainEvent> Fail(ModelTraining state, string reason, DateTimeOffset now) =>
        state.Request is null || state.Ended ? [] : [new TrainingFailed(reason, now)];

    /// <summary>Calls it off.</summary>
    public static IReadOnlyList<IDomainEvent> Cancel(ModelTraining state, string id, DateTimeOffset now) => state switch
    {
        { Request: null } => throw Problem.NotFound("training", id),
        { Status: Cancelled } => [],
        { Ended: true } => throw Problem.Conflict($"The training is {state.Status} already."),
        _ => [new TrainingCancelled(now)],
    };

    private static double? Best(double? best, double? now) => best is null || now > best ? now ?? best : best;
}
