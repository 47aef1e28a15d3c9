using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using JasperFx.Core;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>A detector: a configuration, and the models that trainings made of it.</summary>
public sealed record Detector(
    string Id,
    string? Name,
    string? Description,
    string Algorithm,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    IReadOnlyList<string> Tags,
    int ConfigurationVersion,
    string Status,
    string? TrainingId,
    string? Failure,
    IReadOnlyList<TrainedModel> Models,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    bool Deleted) : Aggregate, IAggregate<Detector>
{
    /// <summary>No training has given it a model yet.</summary>
    public const string Untrained = "untrained";

    /// <summary>A training is under way.</summary>
    public const string Training = "training";

    /// <summary>It has a model in service.</summary>
    public const string Trained = "trained";

    /// <summary>Its only training failed.</summary>
    public const string Failed = "failed";

    private const int ModelsKept = 20;

    /// <inheritdoc/>
    public static string StreamType => "detector";

    /// <inheritdoc/>
    public static Detector Initial { get; } =
        new(string.Empty, null, null, string.Empty, new Dictionary<string, JsonElement>(), [], 0, string.Empty, null, null,
            [], default, default, false);

    /// <summary>Under which name the bytes of a training's model lie beside the stream.</summary>
    public static string ModelBytes(string trainingId) => $"model/{trainingId}";

    /// <summary>The model in service.</summary>
    internal TrainedModel? Model => Models.Count > 0 ? Models[^1] : null;

    public Detector Apply(DetectorCreated e) => this with
    {
        Id = e.Id,
        Name = e.Name,
        Description = e.Description,
        Algorithm = e.Algorithm,
        Parameters = e.Parameters,
        Tags = e.Tags,
        ConfigurationVersion = 1,
        Status = Untrained,
        CreatedAt = e.CreatedAt,
        UpdatedAt = e.CreatedAt,
    };

    public Detector Apply(DetectorUpdated e) => this with
    {
        Name = e.Name,
        Description = e.Description,
        Parameters = e.Parameters,
        Tags = e.Tags,
        ConfigurationVersion = ConfigurationVersion + 1,
        UpdatedAt = e.UpdatedAt,
    };

    public Detector Apply(DetectorTrainingBegan e) =>
        this with { Status = Training, TrainingId = e.TrainingId, Failure = null, UpdatedAt = e.BeganAt };

    public Detector Apply(DetectorTrained e) => this with
    {
        Status = Trained,
        TrainingId = null,
        Models = [.. Models.TakeLast(ModelsKept - 1), e.Model],
        UpdatedAt = e.Model.TrainedAt,
    };

    public Detector Apply(DetectorTrainingEnded e) => this with
    {
        Status = Model is not null ? Trained : e.Failed ? Failed : Untrained,
        TrainingId = null,
        Failure = e.Failed ? e.Reason : null,
        UpdatedAt = e.EndedAt,
    };

    public Detector Apply(DetectorDeleted e) => this with { Deleted = true, UpdatedAt = e.DeletedAt };

    /// <summary>Creates it.</summary>
    [JasperFxIgnore]
    public static IReadOnlyList<IDomainEvent> Create(Detector state, DetectorCreated wanted) => state.Name is null ? [wanted] : [];

    /// <summary>Changes its configuration; the same configuration again is a no-op.</summary>
    public static IReadOnlyList<IDomainEvent> Configure(Detector state, string id, ConfigureDetector change, DateTimeOffset now)
    {
        RequireExisting(state, id);
        if (change.ExpectedVersion is { } expected && expected != state.Version)
        {
            throw new Problem(
                ProblemKind.PreconditionFailed, $"The detector is at version {state.Version}, not {expected}.",
                "If-Match", $"\"{state.Version}\"");
        }

        var updated = new DetectorUpdated(
            change.Name ?? state.Name!, change.Description ?? state.Description, change.Parameters
                ?? state.Parameters, change.Tags ?? state.Tags, now);
        return Same(state, updated) ? [] : [updated];
    }

    /// <summary>Notes that a training for it began.</summary>
    public static IReadOnlyList<IDomainEvent> BeginTraining(Detector state, string id, string trainingId, DateTimeOffset now)
    {
        RequireExisting(state, id);
        return state.TrainingId switch
        {
            null => [new DetectorTrainingBegan(trainingId, now)],
            var current when current == trainingId => [],
            var current => throw Problem.Conflict($"The detector is being trained already ({current}); wait for it or cancel it."),
        };
    }

    /// <summary>Takes a model into service under the next version; the model of a training that it has already is a no-op.</summary>
    public static IReadOnlyList<IDomainEvent> Adopt(Detector state, TrainedModel model) =>
        state.Deleted || state.Name is null || state.Models.Any(known => known.TrainingId == model.TrainingId)
            ? []
            : [new DetectorTrained(model with { Version = (state.Model?.Version ?? 0) + 1 })];

    /// <summary>Notes that a training ended without a model.</summary>
    public static IReadOnlyList<IDomainEvent> EndTraining(Detector state, string trainingId, string reason,
        bool failed, DateTimeOffset now) =>
        state.TrainingId == trainingId ? [new DetectorTrainingEnded(trainingId, reason, failed, now)] : [];

    /// <summary>Deletes it.</summary>
    public static IReadOnlyList<IDomainEvent> Delete(Detector state, string id, DateTimeOffset now)
    {
        RequireExisting(state, id);
        return [new DetectorDeleted(now)];
    }

    private static void RequireExisting(Detector state, string id)
    {
        if (state.Name is null || state.Deleted)
        {
            throw Problem.NotFound("detector", id);
        }
    }

    private static bool Same(Detector state, DetectorUpdated wanted) =>
        state.Name == wanted.Name && state.Description == wanted.Description && state.Tags.SequenceEqual(wanted.Tags)
        && state.Parameters.Count == wanted.Parameters.Count
        && state.Parameters.All(known => wanted.Parameters.TryGetValue(known.Key, out var value)
            && JsonElement.DeepEquals(known.Value, value));
}
