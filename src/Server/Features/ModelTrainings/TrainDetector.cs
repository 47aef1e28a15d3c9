using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary><c>POST …/detectors/{detector_id}/train</c>, in the forms of documents 000 and 002.</summary>
internal static class TrainDetector
{
    private const int MaxFolds = 50;

    public sealed record Request(
        string DatasetId, double? ValidationSplit = null, JsonElement? CrossValidation = null, int? CvFolds = null, StoppingRule? EarlyStopping = null,
        PreprocessingOptions? Preprocessing = null)
    {
        /// <summary>The options, if they validate.</summary>
        public TrainingOptions Validate()
        {
            if (ValidationSplit is < 0 or >= 1 or double.NaN)
            {
                throw Problem.Invalid("validation_split", "a number from 0 to below 1", ValidationSplit);
            }

            return new TrainingOptions(
                ValidationSplit ?? 0, Folds(),
                EarlyStopping is null ? null : new EarlyStopping(EarlyStopping.Enabled, EarlyStopping.Patience ?? 10, EarlyStopping.Metric ?? "loss"),
                Prepared());
        }

        private PreprocessingOptions Prepared()
        {
            var wanted = Preprocessing ?? new PreprocessingOptions();
            Require("impute", wanted.Impute, PreprocessingOptions.Imputations);
            Require("encode", wanted.Encode, PreprocessingOptions.Encodings);
            Require("scale", wanted.Scale, PreprocessingOptions.Scalings);
            Require("time", wanted.Time, PreprocessingOptions.Times);
            return wanted;

            static void Require(string field, string value, string[] choices)
            {
                if (!choices.Contains(value))
                {
                    throw Problem.Invalid($"preprocessing.{field}", $"one of: {string.Join(", ", choices)}", value);
                }
            }
        }

        // 000 says true and cv_folds beside it, 002 says an object.
        private int Folds()
        {
            var (enabled, folds) = CrossValidation switch
            {
                null or { ValueKind: JsonValueKind.Null or JsonValueKind.False } => (false, CvFolds),
                { ValueKind: JsonValueKind.True } => (true, CvFolds),
                { ValueKind: JsonValueKind.Object } form => FromObject(form),
                { } other => throw Problem.Invalid("cross_validation", "true, false, or an object with enabled and folds", other.GetRawText()),
            };
            return (enabled, folds ?? 5) switch
            {
                (false, _) => 0,
                (true, >= 2 and <= MaxFolds and var count) => count,
                (_, var count) => throw Problem.Invalid(CvFolds is null ? "cross_validation.folds" : "cv_folds", $"a whole number from 2 to {MaxFolds}", count),
            };
        }

        private static (bool Enabled, int? Folds) FromObject(JsonElement form)
        {
            foreach (var member in form.EnumerateObject())
            {
                _ = (member.Name, member.Value.ValueKind) switch
                {
                    ("enabled", JsonValueKind.True or JsonValueKind.False) => true,
                    ("folds", JsonValueKind.Number) when member.Value.TryGetInt32(out var _) => true,
                    ("enabled", _) => throw Problem.Invalid("cross_validation.enabled", "true or false", member.Value.GetRawText()),
                    ("folds", _) => throw Problem.Invalid("cross_validation.folds", "a whole number", member.Value.GetRawText()),
                    _ => throw new Problem(ProblemKind.Invalid, $"cross_validation.{member.Name}: unknown field.", $"cross_validation.{member.Name}", "one of: enabled, folds"),
                };
            }

            return (
                !form.TryGetProperty("enabled", out var enabled) || enabled.GetBoolean(),
                form.TryGetProperty("folds", out var folds) ? folds.GetInt32() : null);
        }
    }

    public sealed record StoppingRule(bool Enabled = true, int? Patience = null, string? Metric = null);

    /// <summary>The training that was asked for; times in seconds.</summary>
    public sealed record Response(
        string TrainingId, string TrainingJobId, string DetectorId, string DatasetId, string Status, double EstimatedTime, double EstimatedDuration, DateTimeOffset StartedAt);

    public static async Task<IResult> Handle(HttpContext http, string detectorId, ModelTrainingService service, TrainingSlots slots)
    {
        var request = await Body.Read<Request>(http);
        var options = request.Validate();
        var session = await slots.Take(
            http.Principal(),
            () => service.Submit(
                http.Tenant(), ResourceId.Canonical("detector", detectorId), ResourceId.Canonical("dataset", request.DatasetId), options, http.EventMetadata(),
                http.RequestAborted),
            http.RequestAborted);
        var asked = session.Requested;
        return Reply.Accepted(
            http.ApiContract() == ApiContract.Reference ? $"/v1/detectors/{asked.DetectorId}/training-status" : $"/api/v1/training/{asked.Id}/status",
            new Response(
                asked.Id, asked.Id, asked.DetectorId, asked.DatasetId, ModelTraining.Started, asked.EstimatedSeconds, asked.EstimatedSeconds, asked.RequestedAt),
            "Training started");
    }
}

/// <summary>Takes trainings in, whoever asks for them.</summary>
internal sealed class ModelTrainingService(Silo silo, DetectorQueries detectors, DatasetQueries datasets, ModelTrainingQueries trainings, TimeProvider time)
{
    /// <summary>Records the request; the work follows from the event.</summary>
    public async Task<ModelTraining> Submit(
        string tenant, string detectorId, string datasetId, TrainingOptions options, EventMetadata metadata, CancellationToken ct)
    {
        var detector = (await detectors.Get(tenant, detectorId, ct)).State;
        var dataset = await datasets.Get(tenant, datasetId, ct);
        RequireUsable(dataset, options);
        var id = ResourceId.New("training");
        var wanted = new TrainingRequested(
            id, detectorId, datasetId, detector.Algorithm, detector.Parameters, SeedOf(detector), detector.ConfigurationVersion, options,
            await trainings.Estimate(tenant, detector.Algorithm, (double)dataset.Uploaded.RowCount * dataset.Uploaded.Columns.Features, options.Folds, ct),
            time.GetUtcNow());
        await silo.Grain<DetectorGrain>(tenant, detectorId).Call((grain, token) => grain.BeginTraining(id, metadata, token), ct);
        return await silo.Grain<ModelTrainingGrain>(tenant, id).Call((grain, token) => grain.Submit(wanted, metadata, token), CancellationToken.None);
    }

    /// <summary>Refuses a data set that no training with these options can learn from.</summary>
    public static void RequireUsable(Dataset dataset, TrainingOptions options, string field = "dataset_id")
    {
        if (dataset.Status == Dataset.Invalid)
        {
            throw Problem.Conflict($"The data set is damaged and cannot be used: {dataset.Failure}");
        }

        if (dataset.Uploaded.Columns.Features == 0)
        {
            throw Problem.Invalid(field, "a data set with at least one column of numbers besides the label");
        }

        if (dataset.Uploaded.RowCount < Math.Max(2, options.Folds))
        {
            throw Problem.Invalid(field, $"a data set of at least {Math.Max(2, options.Folds)} rows", dataset.Uploaded.RowCount);
        }
    }

    private static int SeedOf(Detector detector) =>
        detector.Parameters.TryGetValue("random_state", out var given) && given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var seed)
            ? seed
            : RandomNumberGenerator.GetInt32(int.MaxValue);
}
