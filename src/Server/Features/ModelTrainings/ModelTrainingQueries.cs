using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Marten;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>Finds trainings, estimates their time, and puts them as the Platform and Reference contracts show them.</summary>
internal sealed class ModelTrainingQueries(AggregateStore aggregates, TimeProvider time)
{
    private const double SecondsAtLeast = 1;
    private const double SecondsPerCellUnknown = 2e-6;

    /// <summary>A training of a tenant.</summary>
    public async Task<ModelTraining> Get(string tenant, string id, CancellationToken ct)
    {
        var state = await aggregates.Load<ModelTraining>(tenant, id, ct);
        return state.Version > 0 ? state : throw Problem.NotFound("training", id);
    }

    /// <summary>Whether there is such a training.</summary>
    public async Task<bool> Exists(string tenant, string id, CancellationToken ct) =>
        (await aggregates.Load<ModelTraining>(tenant, id, ct)).Version > 0;

    /// <summary>Whether a training is over and nothing follows the event of a sequence number.</summary>
    public async Task<bool> HasEnded(StreamKey training, long after, CancellationToken ct)
    {
        var now = await aggregates.Load<ModelTraining>(training.Tenant, training.Id, ct);
        if (now.EndedAt is null)
        {
            return false;
        }

        await using var query = aggregates.Query(training.Tenant);
        var last = await query.Events.FetchStreamAsync(training.Id, fromVersion: now.Version, token: ct);
        return last is [.., var end] && end.Sequence <= after;
    }

    /// <summary>The last training of a detector, or null.</summary>
    public async Task<ModelTraining?> Last(string tenant, string detectorId, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        return await session.Query<ModelTraining>().Where(training => training.Request!.DetectorId == detectorId)
            .OrderByDescending(training => training.StreamId).FirstOrDefaultAsync(ct);
    }

    /// <summary>How long a training should take, from what earlier ones took for each cell of their data.</summary>
    public async Task<double> Estimate(string tenant, string algorithm, double cells, int folds, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        var past = await session.Query<ModelTraining>()
            .Where(training => training.Status == ModelTraining.Completed && training.Request!.Algorithm == algorithm)
            .OrderByDescending(training => training.StreamId).Take(20).ToListAsync(ct);
        var known = past.Where(session => session.Result is { Cells: > 0 }).Select(session => session.Result!).ToArray();
        var perCell = known.Length == 0
            ? SecondsPerCellUnknown : known.Sum(result => result.TrainingSeconds) / known.Sum(result => result.Cells);
        var seconds = perCell * cells * (1 + folds);
        return Math.Round(Math.Max(SecondsAtLeast, seconds), 1);
    }

    /// <summary>A training as it stands.</summary>
    public TrainingBody Body(ModelTraining session)
    {
        var request = session.Requested;
        return new TrainingBody(
            request.Id, request.Id, request.DetectorId, request.DatasetId, session.Status == ModelTraining.Started
                ? ModelTraining.Training : session.Status,
            session.Progress, session.Step, Remaining(session),
            new MetricsNow(session.Metrics.Accuracy, null, session.Metrics.Precision, session.Metrics.Recall,
                session.Metrics.F1Score, session.Metrics.Auc),
            new MetricsSoFar(session.Metrics.Accuracy, session.BestAccuracy, null),
            session.Result?.CrossValidation, session.Result?.LeftOut, session.Failure, session.StartedAt
                ?? request.RequestedAt, session.EndedAt);
    }

    private double Remaining(ModelTraining session)
    {
        if (session.Ended)
        {
            return 0;
        }

        var elapsed = session.StartedAt is { } started ? (time.GetUtcNow() - started).TotalSeconds : 0;
        return Math.Round(session.Progress > 0.1
            ? elapsed * (1 - session.Progress) / session.Progress
            : Math.Max(0, session.Requested.EstimatedSeconds - elapsed), 1);
    }
}

/// <summary>A training; the fields of both contracts.</summary>
internal sealed record TrainingBody(
    string TrainingId,
    string TrainingJobId,
    string DetectorId,
    string DatasetId,
    string Status,
    double Progress,
    string CurrentStep,
    double EstimatedRemaining,
    MetricsNow CurrentMetrics,
    MetricsSoFar Metrics,
    CrossValidationMetrics? CrossValidation,
    IReadOnlyDictionary<string, string>? LeftOut,
    string? Error,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt);

/// <summary>The Platform contract's view of a training's metrics; null without labels, or for an algorithm without a loss.</summary>
internal sealed record MetricsNow(double? Accuracy, double? Loss, double? Precision, double? Recall, double? F1Score, double? Auc);

/// <summary>The Reference contract's view of the same.</summary>
internal sealed record MetricsSoFar(double? CurrentAccuracy, double? BestAccuracy, double? TrainingLoss);
