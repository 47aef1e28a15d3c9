using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>Finds detectors, and puts them as documents 000 and 002 show them.</summary>
internal sealed class DetectorQueries(EventStore store)
{
    private static readonly Dictionary<string, string> Statuses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["created"] = Detector.Untrained, [Detector.Untrained] = Detector.Untrained, [Detector.Training] = Detector.Training,
        ["active"] = Detector.Trained, [Detector.Trained] = Detector.Trained, [Detector.Failed] = Detector.Failed,
    };

    /// <summary>A detector of a tenant, deleted ones apart, with its version.</summary>
    public async Task<Versioned<Detector>> Get(string tenant, string id, CancellationToken ct)
    {
        var found = await store.Snapshots.Load<Detector>(new StreamKey(tenant, id), ct);
        return found.Version > 0 && !found.State.Deleted ? found : throw Problem.NotFound("detector", id);
    }

    /// <summary>A page of a tenant's detectors, newest first.</summary>
    public Task<(IReadOnlyList<Detector> States, long Total)> List(HttpContext http, string tenant, Paging page)
    {
        var status = http.Text("status") is not { } given ? string.Empty
            : Statuses.GetValueOrDefault(given) ?? throw Problem.Invalid("status", $"one of: {string.Join(", ", Statuses.Keys)}", given);
        var algorithm = http.Text("algorithm") is not { } name ? string.Empty
            : EventSourcedAnomaly.Detection.Algorithms.TryResolve(name, out var known) ? known.Name : name;
        return store.Snapshots.List<Detector>(
            tenant,
            """
            not (snapshot->>'deleted')::bool
            and ($3 = '' or snapshot->>'status' = $3) and ($4 = '' or snapshot->>'algorithm' = $4)
            and ($5 = '' or strpos(lower(concat(snapshot->>'name', ' ', snapshot->>'description')), lower($5)) > 0)
            and ($6 = '' or snapshot->'tags' ? $6)
            """,
            [status, algorithm, http.Text("search") ?? string.Empty, http.Text("tag") ?? string.Empty],
            page.Limit, page.Offset, http.RequestAborted);
    }

    /// <summary>A detector as the documents show it.</summary>
    public static DetectorBody Body(Detector detector, ApiContract surface)
    {
        var model = detector.Model;
        return new DetectorBody(
            detector.Id, detector.Id, detector.Name!, detector.Description, detector.Algorithm, surface.DetectorStatus(detector.Status), detector.Parameters,
            detector.Tags, Performance(model), [.. detector.Models.Reverse().Select(History)], detector.ConfigurationVersion, model?.Version, detector.Failure,
            detector.CreatedAt, detector.UpdatedAt, model?.TrainedAt);
    }

    private static PerformanceBody Performance(TrainedModel? model) => new(
        model?.Metrics.Accuracy, model?.Metrics.Precision, model?.Metrics.Recall, model?.Metrics.F1Score, model?.Metrics.Auc,
        model?.TrainingSeconds, model is null ? null : Math.Round(model.SizeBytes / 1048576.0, 3));

    private static HistoryBody History(TrainedModel model) => new(
        model.TrainedAt, model.TrainingId, model.DatasetId, model.Rows, model.TrainingSeconds, model.Metrics.Accuracy, model.StartedAt, model.TrainedAt,
        model.Metrics, model.Version);
}

/// <summary>A page of detectors.</summary>
internal sealed record DetectorList(IReadOnlyList<DetectorBody> Detectors, Pagination Pagination);

/// <summary>A detector; the fields of both documents.</summary>
internal sealed record DetectorBody(
    string Id,
    string DetectorId,
    string Name,
    string? Description,
    string Algorithm,
    string Status,
    IReadOnlyDictionary<string, System.Text.Json.JsonElement> Parameters,
    IReadOnlyList<string> Tags,
    PerformanceBody Performance,
    IReadOnlyList<HistoryBody> TrainingHistory,
    int ConfigurationVersion,
    int? ModelVersion,
    string? Failure,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? TrainedAt);

/// <summary>How good the model in service is; times in seconds, memory in MB.</summary>
internal sealed record PerformanceBody(
    double? Accuracy, double? Precision, double? Recall, double? F1Score, double? Auc, double? TrainingTime, double? MemoryUsage);

/// <summary>A training that gave a model.</summary>
internal sealed record HistoryBody(
    DateTimeOffset Timestamp, string TrainingId, string DatasetId, long DatasetSize, double TrainingTime, double? Accuracy,
    DateTimeOffset StartedAt, DateTimeOffset CompletedAt, ClassificationMetrics Metrics, int ModelVersion);
