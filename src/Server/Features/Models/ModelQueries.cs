using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.ModelTrainings;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Models;

/// <summary>A model has the id of the training that makes it, under its own prefix.</summary>
internal static class ModelId
{
    private const string Prefix = "model_";

    /// <summary>The id of the model that a training makes.</summary>
    public static string Of(string trainingId) => Prefix + trainingId[(trainingId.IndexOf('_') + 1)..];

    /// <summary>The training that makes a model.</summary>
    public static string Training(string modelId)
    {
        var id = ResourceId.Canonical("model", modelId);
        return id.StartsWith(Prefix, StringComparison.Ordinal)
            ? $"training_{id[Prefix.Length..]}" : throw Problem.NotFound("model", modelId);
    }
}

/// <summary>A detector's model, and whether it is the one in service.</summary>
internal sealed record DetectorModel(string DetectorId, string DetectorName, TrainedModel Metadata, bool InService);

/// <summary>Finds the models of detectors, and puts them as the Enterprise and Reference contracts show them.</summary>
internal sealed class ModelQueries(AggregateStore aggregates, TenantReads reads, DetectorQueries detectors, ModelTrainingQueries trainings)
{
    /// <summary>A page of a tenant's models, newest first; those of deleted detectors apart.</summary>
    public async Task<(IReadOnlyList<DetectorModel> Models, long Total)> List(
        string tenant, string? detectorId, string? algorithm, int limit, int offset, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(tenant, """
            select s.id, s.data->>'name', each.model::text, each.place = jsonb_array_length(s.data->'models'), count(*) over ()
              from mt_doc_detector s cross join lateral jsonb_array_elements(s.data->'models') with ordinality each (model, place)
             where s.tenant_id = $1 and not (s.data->>'deleted')::bool
               and ($2 = '' or s.id = $2) and ($3 = '' or each.model->>'algorithm' = $3)
             order by (each.model->>'trained_at')::timestamptz desc, s.id desc, each.place desc
             limit $4 offset $5
            """);
        foreach (var value in new object[] { tenant, detectorId ?? string.Empty, algorithm ?? string.Empty, limit, offset })
        {
            command.Parameters.Add(new() { Value = value });
        }

        var (models, total) = (new List<DetectorModel>(), 0L);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            total = reader.GetInt64(4);
            models.Add(new DetectorModel(
                reader.GetString(0), reader.GetString(1),
                JsonSerializer.Deserialize<TrainedModel>(reader.GetString(2), EventJson.Options)!, reader.GetBoolean(3)));
        }

        return (models, total);
    }

    /// <summary>A model, or how the training stands that is to make it.</summary>
    public async Task<ModelDetail> Get(string tenant, string modelId, CancellationToken ct)
    {
        var trainingId = ModelId.Training(modelId);
        if (!await trainings.Exists(tenant, trainingId, ct))
        {
            throw Problem.NotFound("model", modelId);
        }

        var session = await trainings.Get(tenant, trainingId, ct);
        var detector = await Owner(tenant, session.Requested.DetectorId, modelId, ct);
        var facts = detector.Models.FirstOrDefault(known => known.TrainingId == trainingId)
            ?? (session.Result is null ? null : await Older(tenant, detector.Id, trainingId, ct));
        var versions = detector.Models.Reverse()
            .Select(model => new ModelVersion(ModelId.Of(model.TrainingId), VersionOf(model), model.TrainedAt, model.Metrics.Accuracy,
                model == detector.Model)).ToArray();
        return facts is not null
            ? new ModelDetail(Item(new DetectorModel(detector.Id, detector.Name!, facts, facts == detector.Model))) { Versions = versions }
            : new ModelDetail(new ModelBody(
                ModelId.Of(trainingId), ModelId.Of(trainingId), detector.Id, detector.Name!, null, session.Requested.Algorithm,
                session.Requested.Parameters,
                session.Ended ? session.Status : ModelTraining.Training, null, new ModelPerformance(null, null, null, null, null, null),
                session.Requested.DatasetId,
                trainingId, null, null, null, null, false, session.Requested.RequestedAt))
            { Versions = versions };
    }

    /// <summary>A line of a list.</summary>
    public static ModelBody Item(DetectorModel model)
    {
        var (facts, metrics) = (model.Metadata, model.Metadata.Metrics);
        var id = ModelId.Of(facts.TrainingId);
        return new ModelBody(
            id, id, model.DetectorId, model.DetectorName, VersionOf(facts), facts.Algorithm, facts.Parameters,
            Detector.Trained, facts.SizeBytes,
            new ModelPerformance(metrics.Accuracy, metrics.Precision, metrics.Recall, metrics.F1Score, metrics.Auc, facts.TrainingSeconds),
            facts.DatasetId,
            facts.TrainingId, facts.Sha256, facts.FeatureCount, facts.Threshold, facts.Rows, model.InService, facts.TrainedAt);
    }

    private static string VersionOf(TrainedModel model) => $"{model.Version}.0.0";

    private async Task<Detector> Owner(string tenant, string detectorId, string modelId, CancellationToken ct)
    {
        try
        {
            return await detectors.Get(tenant, detectorId, ct);
        }
        catch (Problem problem) when (problem.Kind == ProblemKind.NotFound)
        {
            throw Problem.NotFound("model", modelId);
        }
    }

    // The detector's state remembers its newest models only; the log all of them.
    private async Task<TrainedModel?> Older(string tenant, string detectorId, string trainingId, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        return (await session.Events.FetchStreamAsync(detectorId, token: ct)).Select(recorded => recorded.Data).OfType<DetectorTrained>()
            .Select(trained => trained.Model).FirstOrDefault(model => model.TrainingId == trainingId);
    }
}

/// <summary>A model; the fields of both contracts. What is not known before the training ends is null.</summary>
internal record ModelBody(
    string Id, string ModelId, string DetectorId, string DetectorName, string? Version, string Algorithm,
    IReadOnlyDictionary<string, JsonElement> Parameters, string Status,
    long? SizeBytes, ModelPerformance Performance, string DatasetId, string TrainingId, string? Sha256, int? FeatureCount,
    double? Threshold, long? TrainingSamples,
    bool InService, DateTimeOffset CreatedAt);

/// <summary>A model with all versions that its detector has.</summary>
internal sealed record ModelDetail : ModelBody
{
    public ModelDetail(ModelBody model)
        : base(model)
    {
    }

    public IReadOnlyList<ModelVersion> Versions { get; init; } = [];
}

/// <summary>One of a detector's models.</summary>
internal sealed record ModelVersion(string Id, string Version, DateTimeOffset CreatedAt, double? Accuracy, bool InService);

/// <summary>How good a model is; its time in seconds.</summary>
internal sealed record ModelPerformance(double? Accuracy, double? Precision, double? Recall, double? F1Score,
    double? Auc, double? TrainingTime);

/// <summary>A page of models.</summary>
internal sealed record ModelList(IReadOnlyList<ModelBody> Models, long Total, Pagination Pagination);
