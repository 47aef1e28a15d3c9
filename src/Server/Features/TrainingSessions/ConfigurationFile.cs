using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>A training configuration as it stands in a file.</summary>
internal sealed record ConfigurationFile(DataSection Data, ModelSection Model, TrainingSection Training,
    CheckpointSection? Checkpoints = null)
{
    private const int LargestFile = 1 << 20;
    private const string Neural = "neural";

    /// <summary>Reads a file below the root.</summary>
    /// <exception cref="Problem">It is not there, not YAML or not a configuration; the message names what is wrong.</exception>
    public static async Task<ConfigurationFile> Read(ConfigurationRoot root, string path, CancellationToken ct)
    {
        var file = root.Resolve("config_path", path, ".yaml", ".yml");
        if (file.Length > LargestFile)
        {
            throw new Problem(ProblemKind.Invalid, $"{path}: a configuration has at most 1 MiB.", "config_path",
                "a YAML file of at most 1 MiB");
        }

        try
        {
            return Body.Parse<ConfigurationFile>(YamlText.ToJson(await File.ReadAllTextAsync(file.FullName, ct)));
        }
        catch (InvalidDataException e)
        {
            throw new Problem(ProblemKind.Invalid, $"{path}: {e.Message}.", "config_path", "a YAML file");
        }
        catch (Problem e)
        {
            throw new Problem(ProblemKind.Invalid, $"{path}: {e.Message}", $"config.{e.Field}", e.Expected);
        }
    }

    /// <summary>The configuration as it is recorded, if it validates.</summary>
    public async Task<SessionConfiguration> Validate(ConfigurationRoot root, string path, CancellationToken ct)
    {
        var algorithm = ProductAlgorithms.Catalog.TryResolve(Model.Algorithm, out var known) && known.Family == Neural
            ? known.Name : throw UnknownAlgorithm();
        var parameters = Training.Over(Model.Parameters);
        RequireAccepted(algorithm, parameters);
        if (Data is not ({ File: null, DatasetId: not null } or { File: not null, DatasetId: null }))
        {
            throw Problem.Invalid("config.data", "either file or dataset_id");
        }

        var (file, hash) = (Data.File, (string?)null);
        if (file is not null)
        {
            await using var content = root.Resolve("config.data.file", file, ".csv", ".gz", ".parquet", ".json", ".ndjson").OpenRead();
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct));
        }

        var checkpoints = Checkpoints ?? new CheckpointSection();
        checkpoints.Require();
        var metric = checkpoints.Metric ?? (Training.ValidationSplit > 0 ? "val_loss" : "train_loss");
        var rule = new CheckpointRule(checkpoints.Every ?? CheckpointSection.UsuallyEvery, checkpoints.KeepLast
            ?? CheckpointSection.UsuallyKept, true);
        return new SessionConfiguration(
            path, Training.Epochs,
            new EpochPlan(algorithm, parameters, Training.Seed, Data.DatasetId is { } id
                ? ResourceId.Canonical("dataset", id) : null, file, hash, Data.LabelColumn),
            metric, checkpoints.Mode,
            Show(algorithm, parameters, new CheckpointSection(metric, checkpoints.Mode, rule.Every, rule.KeepLast)), rule);
    }

    private static void RequireAccepted(string algorithm, IReadOnlyDictionary<string, JsonElement> parameters)
    {
        try
        {
            ProductAlgorithms.Catalog.Create(algorithm, parameters, 0);
        }
        catch (ParameterException e)
        {
            var field = $"config.{TrainingSection.PlaceOf(e.Parameter)}";
            throw new Problem(ProblemKind.Invalid, $"{field}: expected {e.Expected}, got {e.Value}.", field, e.Expected);
        }
    }

    private Problem UnknownAlgorithm() => Problem.Invalid(
        "config.model.algorithm",
        $"one of: {string.Join(", ", ProductAlgorithms.Catalog.All.Where(known => known.Family == Neural).Select(known => known.Name))}",
        Model.Algorithm);

    private Dictionary<string, JsonElement> Show(string algorithm, IReadOnlyDictionary<string, JsonElement> parameters,
        CheckpointSection checkpoints)
    {
        var shown = new Dictionary<string, object?>
        {
            ["epochs"] = Training.Epochs, ["batch_size"] = Training.BatchSize, ["learning_rate"] = Training.LearningRate,
            ["algorithm"] = algorithm,
            ["data"] = Data, ["schedule"] = Training.Schedule, ["validation_split"] = Training.ValidationSplit,
            ["early_stopping"] = Training.EarlyStopping,
            ["seed"] = Training.Seed, ["parameters"] = parameters, ["checkpoints"] = checkpoints,
        };
        return shown.ToDictionary(one => one.Key, one => JsonSerializer.SerializeToElement(one.Value, Json.Options));
    }
}

/// <summary>What to learn from: a data set's id, or a file below the configuration root.</summary>
internal sealed record DataSection(string? File = null, string? DatasetId = null, string? LabelColumn = null);

/// <summary>What to train.</summary>
internal sealed record ModelSection(string Algorithm, IReadOnlyDictionary<string, JsonElement>? Parameters = null);

/// <summary>How the learning rate goes down: <c>constant</c>, <c>step</c>, <c>exponential</c> or <c>cosine</c>.</summary>
internal sealed record ScheduleSection(string Name, int? StepSize = null, double? Gamma = null, double? Minimum = null);

/// <summary>Stops when the validation loss has not improved for some epochs.</summary>
internal sealed record StoppingSection(bool Enabled = true, int Patience = 10);

/// <summary>
/// By which metric an epoch is the best one, how often the server saves a checkpoint, and how many of the newest stay beside the best.
/// </summary>
internal sealed record CheckpointSection(string? Metric = null, string Mode = "min", int? Every = null, int? KeepLast = null)
{
    /// <summary>How many epochs lie between the server's own checkpoints unless told.</summary>
    public const int UsuallyEvery = 10;

    /// <summary>How many of the server's own stay unless told.</summary>
    public const int UsuallyKept = 3;

    private const int MaxEvery = 1_000_000;

    /// <summary>Refuses what cannot be compared or counted.</summary>
    public void Require()
    {
        if (Mode is not ("min" or "max"))
        {
            throw Problem.Invalid("config.checkpoints.mode", "min or max", Mode);
        }

        if (Metric is { Length: 0 or > 100 })
        {
            throw Problem.Invalid("config.checkpoints.metric", "the name of a metric");
        }

        if (Every is < 1 or > MaxEvery)
        {
            throw Problem.Invalid("config.checkpoints.every", $"a whole number from 1 to {MaxEvery}", Every);
        }

        if (KeepLast is < 1 or > RetainedCheckpoints.Most)
        {
            throw Problem.Invalid("config.checkpoints.keep_last", $"a whole number from 1 to {RetainedCheckpoints.Most}", KeepLast);
        }
    }
}

/// <summary>How to train.</summary>
internal sealed record TrainingSection(
    int Epochs, int BatchSize = 32, double LearningRate = 1e-3, ScheduleSection? Schedule = null, double ValidationSplit = 0.1,
    StoppingSection? EarlyStopping = null, int Seed = 0)
{
    private static readonly Dictionary<string, string> Places = new()
    {
        ["epochs"] = "training.epochs", ["batch_size"] = "training.batch_size", ["lr"] = "training.learning_rate",
        ["lr_schedule"] = "training.schedule.name",
        ["lr_step_size"] = "training.schedule.step_size", ["lr_gamma"] = "training.schedule.gamma",
        ["lr_min"] = "training.schedule.minimum",
        ["validation_size"] = "training.validation_split", ["patience"] = "training.early_stopping.patience",
        ["random_state"] = "training.seed",
    };

    /// <summary>Where a hyper-parameter stands in the file.</summary>
    public static string PlaceOf(string parameter) => Places.GetValueOrDefault(parameter, $"model.parameters.{parameter}");

    /// <summary>The model's hyper-parameters with those of this section.</summary>
    public IReadOnlyDictionary<string, JsonElement> Over(IReadOnlyDictionary<string, JsonElement>? model)
    {
        if (model?.Keys.FirstOrDefault(Places.ContainsKey) is { } misplaced)
        {
            throw Problem.Invalid($"config.model.parameters.{misplaced}", $"to stand at {Places[misplaced]}");
        }

        var all = new Dictionary<string, object?>
        {
            ["epochs"] = Epochs, ["batch_size"] = BatchSize, ["lr"] = LearningRate, ["validation_size"] = ValidationSplit,
            ["patience"] = EarlyStopping is { Enabled: true, Patience: var patience }
                ? patience : 0, ["lr_schedule"] = Schedule?.Name, ["lr_step_size"] = Schedule?.StepSize,
            ["lr_gamma"] = Schedule?.Gamma, ["lr_min"] = Schedule?.Minimum,
        };
        var parameters = all.Where(one => one.Value is not null)
            .ToDictionary(one => one.Key, one => JsonSerializer.SerializeToElement(one.Value));
        foreach (var (name, value) in model ?? new Dictionary<string, JsonElement>())
        {
            parameters[name] = value;
        }

        return parameters;
    }
}
