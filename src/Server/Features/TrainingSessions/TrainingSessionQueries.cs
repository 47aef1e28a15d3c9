using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>Finds training sessions, and puts them as the Training contract shows them.</summary>
internal sealed class TrainingSessionQueries(AggregateStore aggregates)
{
    /// <summary>A session of a tenant.</summary>
    public async Task<TrainingSession> Get(string tenant, string id, CancellationToken ct)
    {
        var state = await aggregates.Load<TrainingSession>(tenant, id, ct);
        return state.Version > 0 ? state : throw Problem.NotFound("session", id);
    }

    /// <summary>A page of a tenant's sessions, newest first.</summary>
    public async Task<(IReadOnlyList<TrainingSession> States, long Total)> List(string tenant, string? status,
        Paging paging, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        IQueryable<TrainingSession> sessions = session.Query<TrainingSession>();
        return await (status is null ? sessions : sessions.Where(one => one.Status == status)).NewestFirst(paging.Limit, paging.Offset, ct);
    }

    /// <summary>A session as it stands.</summary>
    public static SessionBody Body(TrainingSession run)
    {
        var made = run.Made;
        var epochs = made.Configuration.Epochs;
        return new SessionBody(
            made.Id, made.Name, made.Tags, run.Status, made.CreatedAt, run.StartedAt, run.StoppedAt, run.CompletedAt, run.Epoch, epochs,
            run.Status == TrainingSession.Completed ? 1 : epochs == 0
                ? null : Math.Min(1, (double)run.Epoch / epochs), run.Latest, run.BestEpoch, run.BestValue,
            made.Configuration.BestBy, run.TrainsHere ? "server" : "external", made.Configuration.Path, made.Configuration.Shown,
            run.ModelSha256, run.Failure);
    }
}

/// <summary>A training session; the fields of the contract's status and of its data model, and what else is known.</summary>
internal sealed record SessionBody(
    string SessionId,
    string? SessionName,
    IReadOnlyList<string> Tags,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? StoppedAt,
    DateTimeOffset? CompletedAt,
    int CurrentEpoch,
    int TotalEpochs,
    double? Progress,
    IReadOnlyDictionary<string, double> LatestMetrics,
    int? BestEpoch,
    double? BestValue,
    string BestBy,
    string Trainer,
    string? ConfigPath,
    IReadOnlyDictionary<string, JsonElement> Config,
    string? ModelSha256,
    string? Error);

/// <summary>What one epoch gave: <c>epoch</c>, <c>timestamp</c>, and each metric under its own name.</summary>
internal sealed record EpochMetrics(int Epoch, DateTimeOffset Timestamp)
{
    /// <summary>The metrics.</summary>
    [JsonExtensionData]
    public Dictionary<string, object> Values { get; init; } = [];
}
