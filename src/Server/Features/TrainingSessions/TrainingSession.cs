using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using JasperFx.Core;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>
/// The state of what the Training contract calls a training session: one training by epochs, started and stopped at will.
/// </summary>
public sealed record TrainingSession(
    TrainingSessionCreated? Creation,
    string Status,
    int Run,
    int Epoch,
    IReadOnlyDictionary<string, double> Latest,
    DateTimeOffset? LatestAt,
    IReadOnlyList<string> MetricNames,
    int? BestEpoch,
    double? BestValue,
    string? StateSha256,
    string? ModelSha256,
    string? Failure,
    DateTimeOffset? StartedAt,
    DateTimeOffset? StoppedAt,
    DateTimeOffset? CompletedAt) : Aggregate, IAggregate<TrainingSession>
{
    /// <summary>Made, not started.</summary>
    public const string Created = "created";

    /// <summary>Under way.</summary>
    public const string Running = "running";

    /// <summary>Stopped, and to be resumed.</summary>
    public const string Stopped = "stopped";

    /// <summary>Done.</summary>
    public const string Completed = "completed";

    /// <summary>Broken off; it can be resumed where it was.</summary>
    public const string Failed = "failed";

    /// <summary>More metrics than these are not taken.</summary>
    public const int MaxMetrics = 1000;

    /// <summary>All states.</summary>
    public static readonly IReadOnlyList<string> Statuses = [Created, Running, Stopped, Completed, Failed];

    /// <inheritdoc/>
    public static string StreamType => "training_session";

    /// <inheritdoc/>
    public static TrainingSession Initial { get; } =
        new(null, string.Empty, 0, 0, new Dictionary<string, double>(), null, [], null, null, null, null, null, null, null, null);

    /// <summary>Its checkpoints.</summary>
    public RetainedCheckpoints Checkpoints { get; init; } = RetainedCheckpoints.None;

    /// <summary>The creation, of a session that is known to exist.</summary>
    internal TrainingSessionCreated Made => Creation ?? throw new InvalidOperationException("The session does not exist.");

    internal bool TrainsHere => Made.Configuration.Plan is not null;

    public TrainingSession Apply(TrainingSessionCreated e) => this with { Creation = e, Status = Created };

    public TrainingSession Apply(TrainingSessionStarted e) =>
        this with { Status = Running, Run = e.Run, Failure = null, StoppedAt = null, StartedAt = StartedAt ?? e.StartedAt };

    public TrainingSession Apply(TrainingSessionEpochEnded e) =>
        Measured(e.Epoch, e.Metrics, e.Metrics.Keys, e.EndedAt).Judged(e.Epoch, Deciding(e.Metrics)) with { StateSha256 = e.StateSha256 };

    public TrainingSession Apply(TrainingSessionMetricsRecorded e) =>
        Measured(e.LastEpoch, e.Latest, e.Names, e.MeasuredAt).Judged(e.BestEpoch, e.BestValue);

    public TrainingSession Apply(TrainingSessionStopped e) => this with { Status = Stopped, StoppedAt = e.StoppedAt };

    public TrainingSession Apply(TrainingSessionCompleted e) =>
        this with { Status = Completed, ModelSha256 = e.ModelSha256, CompletedAt = e.CompletedAt };

    public TrainingSession Apply(TrainingSessionFailed e) => this with { Status = Failed, Failure = e.Reason };

    public TrainingSession Apply(CheckpointSaved e) => this with { Checkpoints = Checkpoints.With(e) };

    public TrainingSession Apply(CheckpointRemoved e) => this with { Checkpoints = Checkpoints.Without(e) };

    /// <summary>Makes it.</summary>
    [JasperFxIgnore]
    public static IReadOnlyList<IDomainEvent> Create(TrainingSession state, TrainingSessionCreated wanted) =>
        state.Creation is null ? [wanted] : [];

    /// <summary>Starts it, or goes on where it was.</summary>
    /// <param name="state">The state.</param>
    /// <param name="id">The session.</param>
    /// <param name="onlyResume">Whether it must have been started before.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<IDomainEvent> Start(TrainingSession state, string id, bool onlyResume, DateTimeOffset now) => state switch
    {
        { Creation: null } => throw Problem.NotFound("session", id),
        { Status: Running } => throw Problem.Conflict("The session is running already."),
        { Status: Completed } => throw Problem.Conflict("The session is completed and cannot be started again."),
        { Status: Created } when onlyResume =>
            throw Problem.Conflict("The session has not been started yet, so there is nothing to resume."),
        _ => [new TrainingSessionStarted(state.Run + 1, now)],
    };

    /// <summary>Stops it.</summary>
    public static IReadOnlyList<IDomainEvent> Stop(TrainingSession state, string id, DateTimeOffset now) => state switch
    {
        { Creation: null } => throw Problem.NotFound("session", id),
        { Status: Running } => [new TrainingSessionStopped(now)],
        _ => throw Problem.Conflict($"The session is not running, it is {state.Status}."),
    };

    /// <summary>
    /// Takes an epoch from the run that is under way, with its checkpoint if there is one; an epoch that is known already, or comes from an
    /// earlier run, is dropped.
    /// </summary>
    public static IReadOnlyList<IDomainEvent> EndEpoch(TrainingSession state, TrainingSessionEpochEnded ended,
        CheckpointSaved? checkpoint) =>
        state.Status == Running && ended.Run == state.Run && ended.Epoch == state.Epoch + 1
            ? [ended, .. checkpoint is null ? [] : state.Checkpoints.Save(checkpoint, state.Made.Configuration)]
            : [];

    /// <summary>Whether the server's own training saves a checkpoint of an epoch.</summary>
    public bool SavesCheckpoint(int epoch, IReadOnlyDictionary<string, double> metrics, bool isLast) =>
        isLast || epoch % Made.Configuration.Keeps.Every == 0
            || (Deciding(metrics) is { } value && (BestValue is not { } best || Made.Configuration.IsBetter(value, best)));

    /// <summary>Takes a checkpoint from outside.</summary>
    public static IReadOnlyList<IDomainEvent> SaveCheckpoint(TrainingSession state, string id, CheckpointSaved wanted) =>
        state.Creation is null ? throw Problem.NotFound("session", id) : state.Checkpoints.Save(wanted, state.Made.Configuration);

    /// <summary>Takes what somebody else's program measured.</summary>
    public static IReadOnlyList<IDomainEvent> Record(TrainingSession state, string id, TrainingSessionMetricsRecorded recorded)
    {
        RequireReports(state, id);
        return state.MetricNames.Union(recorded.Names).Count() <= MaxMetrics
            ? [recorded]
            : throw Problem.Invalid("metrics", $"at most {MaxMetrics} different metrics in a session");
    }

    /// <summary>Refuses reports to a session that the server trains itself, or that is not running.</summary>
    public static void RequireReports(TrainingSession state, string id)
    {
        _ = state switch
        {
            { Creation: null } => throw Problem.NotFound("session", id),
            { TrainsHere: true } => throw Problem.Conflict("The server trains this session itself and takes no reports of it."),
            { Status: not Running } => throw Problem.Conflict($"The session is not running, it is {state.Status}."),
            _ => state,
        };
    }

    /// <summary>Ends the run that is under way.</summary>
    public static IReadOnlyList<IDomainEvent> Complete(TrainingSession state, int run, TrainingSessionCompleted completed) =>
        state.Status == Running && run == state.Run ? [completed] : [];

    /// <summary>Ends the run that is under way without a result.</summary>
    public static IReadOnlyList<IDomainEvent> Fail(TrainingSession state, int run, string reason, DateTimeOffset now) =>
        state.Status == Running && run == state.Run ? [new TrainingSessionFailed(reason, now)] : [];

    private TrainingSession Measured(int epoch, IReadOnlyDictionary<string, double> metrics, IEnumerable<string> names, DateTimeOffset at)
    {
        if (epoch < Epoch)
        {
            return this with { MetricNames = [.. MetricNames.Union(names)] };
        }

        // A program may report the metrics of one epoch in several parts.
        var latest = epoch == Epoch ? new Dictionary<string, double>(Latest) : [];
        foreach (var (name, value) in metrics)
        {
            latest[name] = value;
        }

        return this with { Epoch = epoch, Latest = latest, LatestAt = at, MetricNames = [.. MetricNames.Union(names)] };
    }

    private double? Deciding(IReadOnlyDictionary<string, double> metrics) =>
        metrics.TryGetValue(Made.Configuration.BestBy, out var value) ? value : null;

    private TrainingSession Judged(int? epoch, double? value) =>
        value is { } now && (BestValue is not { } best || Made.Configuration.IsBetter(now, best))
            ? this with { BestEpoch = epoch, BestValue = now } : this;
}
