using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>Finds detectors, and puts them as the Platform and Reference contracts show them.</summary>
internal sealed class DetectorQueries(AggregateStore aggregates)
{
    /// <summary>The words for states, in any contract, and what they stand for.</summary>
    public static readonly IReadOnlyDictionary<string, string> Statuses = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["created"] = Detector.Untrained, [Detector.Untrained] = Detector.Untrained, [Detector.Training] = Detector.Training,
        ["active"] = Detector.Trained, [Detector.Trained] = Detector.Trained, [Detector.Failed] = Detector.Failed,
    };

    /// <summary>A detector of a tenant, deleted ones apart, with its version.</summary>
    public async Task<Detector> Get(string tenant, string id, CancellationToken ct)
    {
        var found = await aggregates.Load<Detector>(tenant, id, ct);
        return found.Version > 0 && !found.Deleted ? found : throw Problem.NotFound("detector", id);
    }

    /// <summary>A page of a tenant's detectors, newest first.</summary>
    public async Task<(IReadOnlyList<Detector> States, long Total)> List(string tenant, DetectorFilter filter,
        Paging page, CancellationToken ct)
    {
        var status = filter.Status is { } given ? Statuses[given] : null;
        var algorithm = filter.Algorithm is not { } name ? null
            : ProductAlgorithms.Catalog.TryResolve(name, out var known) ? known.Name : name;
        var (search, tag) = (filter.Search, filter.Tag);
        await using var session = aggregates.Query(tenant);
        var detectors = session.Query<Detector>().Where(detector => !detector.Deleted);
        detectors = status is null ? detectors : detectors.Where(detector => detector.Status == status);
        detectors = algorithm is null ? detectors : detectors.Where(detector => detector.Algorithm == algorithm);
        detectors = search is null ? detectors : detectors.Where(detector =>
            detector.Name!.Contains(search, StringComparison.OrdinalIgnoreCase)
            || detector.Description!.Contains(search, StringComparison.OrdinalIgnoreCase));
        detectors = tag is null ? detectors : detectors.Where(detector => detector.Tags.Contains(tag));
        return await detectors.NewestFirst(page.Limit, page.Offset, ct);
    }

    /// <summary>A detector as the contracts show it.</summary>
    public static DetectorBody Body(Detector detector, ApiContract contract)
    {
        var model = detector.Model;
        return new DetectorBody(
            detector.Id, detector.Id, detector.Name!, detector.Description, detector.Algorithm,
            contract.DetectorStatus(detector.Status), detector.Parameters,
            detector.Tags, Performance(model), [.. detector.Models.Reverse().Select(History)], detector.ConfigurationVersion,
            model?.Version, detector.Failure,
            detector.CreatedAt, detector.UpdatedAt, model?.TrainedAt);
    }

    private static PerformanceBody Performance(TrainedModel? model) => new(
        model?.Metrics.Accuracy, model?.Metrics.Precision, model?.Metrics.Recall, model?.Metrics.F1Score, model?.Metrics.Auc,
        model?.TrainingSeconds, model is null ? null : Math.Round(model.SizeBytes / 1048576.0, 3));

    private static HistoryBody History(TrainedModel model) => new(
        model.TrainedAt, model.TrainingId, model.DatasetId, model.Rows, model.TrainingSeconds, model.Metrics.Accuracy,
        model.StartedAt, model.TrainedAt,
        model.Metrics, model.Version);
}

/// <summary>A detector; the fields of both contracts.</summary>
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

/// <summary>Which detectors are wanted; what is null does not matter.</summary>
internal sealed record DetectorFilter(string? Algorithm = null, string? Status = null, string? Search = null, string? Tag = null);
