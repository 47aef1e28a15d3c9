using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Makes a training session that the server trains, or one that somebody else's program reports to.</summary>
internal sealed class CreateTrainingSession(
    IGrainFactory grains, TrainingSessionQueries sessions, ConfigurationRoot root, DatasetQueries datasets, TimeProvider time)
    : Endpoint<CreateTrainingSession.Request, SessionBody>
{
    private const string Server = "server", External = "external";
    private const string UsualMetric = "val_loss";
    private const int MaxEpochs = 100_000_000, MaxNameLength = 200;

    /// <param name="ConfigPath">The configuration file below the configuration root; needed where the server trains.</param>
    /// <param name="SessionName">What its owner calls it.</param>
    /// <param name="Tags">Words to find it by.</param>
    /// <param name="Trainer"><c>server</c> unless told, or <c>external</c>.</param>
    /// <param name="Config">
    /// An external trainer's own configuration; <c>epochs</c> in it is the number of epochs to come, and <c>checkpoints</c> says by which
    /// <c>metric</c> and <c>mode</c> one is the best and how many to <c>keep_last</c>, as in a configuration file.
    /// </param>
    public sealed record Request(
        string? ConfigPath = null, string? SessionName = null, IReadOnlyList<string>? Tags = null, string Trainer = Server,
        IReadOnlyDictionary<string, JsonElement>? Config = null);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.SessionName).NotBlank(MaxNameLength);
            RuleFor(r => r.Tags).Tags();
            RuleFor(r => r.Trainer).Must(trainer => trainer is Server or External).Expecting($"{Server} or {External}", showing: true);
            RuleFor(r => r.Config).Null().When(r => r.Trainer == Server)
                .Expecting($"to be absent: the server trains by the file that config_path names, or trainer to be {External}");
            RuleFor(r => r.ConfigPath).Null().When(r => r.Trainer == External)
                .Expecting($"to be absent where trainer is {External}: give config instead");
        }
    }

    public override void Configure()
    {
        Post("/api/v1/training/sessions");
        this.Needs(Access.Build);
        this.Answers(StatusCodes.Status201Created, "Training session created");
        Summary(s => s.Summary = "Make a training session");
    }

    public override async Task<SessionBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var configuration = request.Trainer == Server
            ? await OfFile(request, ct)
            : OfCaller(request.Config ?? new Dictionary<string, JsonElement>());
        if (configuration.Plan?.DatasetId is { } dataset)
        {
            await datasets.Get(http.Tenant(), dataset, http.RequestAborted);
        }

        var id = ResourceId.New("sess");
        var wanted = new TrainingSessionCreated(id, request.SessionName, DetectorConfiguration.Tags(request.Tags), configuration,
            time.GetUtcNow());
        await grains.Of<ITrainingSessionGrain>(http.Tenant(), id).Create(wanted, http.RequestAborted);
        http.Locate($"/api/v1/training/sessions/{id}");
        return TrainingSessionQueries.Body(await sessions.Get(http.Tenant(), id, http.RequestAborted));
    }

    private async Task<SessionConfiguration> OfFile(Request request, CancellationToken ct)
    {
        var path = request.ConfigPath
            ?? throw new Problem(ProblemKind.Invalid, "config_path: field required.", "config_path",
                "a YAML file below the configuration root");
        return await (await ConfigurationFile.Read(root, path, ct)).Validate(root, path, ct);
    }

    private static SessionConfiguration OfCaller(IReadOnlyDictionary<string, JsonElement> config)
    {
        var epochs = config.TryGetValue("epochs", out var given)
            ? given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var count) && count is > 0 and <= MaxEpochs
                ? count
                : throw Problem.Invalid("config.epochs", $"a whole number from 1 to {MaxEpochs}", given.GetRawText())
            : 0;
        var checkpoints = Section(config);
        checkpoints?.Require();
        return new SessionConfiguration(
            null, epochs, null, checkpoints?.Metric ?? Word(config, "best_by", UsualMetric),
            checkpoints?.Mode ?? Mode(Word(config, "best_mode", "min")), config,
            new CheckpointRule(CheckpointRule.Unsaid.Every, checkpoints?.KeepLast,
                checkpoints?.Metric is not null || config.ContainsKey("best_by")));
    }

    private static CheckpointSection? Section(IReadOnlyDictionary<string, JsonElement> config)
    {
        // What is no object belongs to the caller's program alone.
        if (!config.TryGetValue("checkpoints", out var given) || given.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            return Body.Parse<CheckpointSection>(JsonSerializer.SerializeToUtf8Bytes(given));
        }
        catch (Problem e)
        {
            throw new Problem(ProblemKind.Invalid, $"config.checkpoints.{e.Message}", $"config.checkpoints.{e.Field}", e.Expected);
        }
    }

    private static string Word(IReadOnlyDictionary<string, JsonElement> config, string name, string otherwise) =>
        !config.TryGetValue(name, out var given) ? otherwise
        : given.ValueKind == JsonValueKind.String && given.GetString() is { Length: > 0 and <= 100 } word ? word
        : throw Problem.Invalid($"config.{name}", "a text of 1 to 100 characters", given.GetRawText());

    private static string Mode(string mode) =>
        mode is "min" or "max" ? mode : throw Problem.Invalid("config.best_mode", "min or max", mode);
}
