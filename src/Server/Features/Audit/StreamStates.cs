using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Alerts;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.Batches;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.Evaluations;
using EventSourcedAnomaly.Server.Features.ModelTrainings;
using EventSourcedAnomaly.Server.Features.Notifications;
using EventSourcedAnomaly.Server.Features.SignIns;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Features.Webhooks;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>Folds any stream of the product as it was at any version, from its first event and never from a snapshot.</summary>
internal sealed class StreamStates(EventStore store, TenantReads reads)
{
    private readonly Dictionary<string, Func<StreamKey, long, CancellationToken, Task<JsonElement>>> _folds = new()
    {
        [Alert.StreamType] = Fold<Alert>(store),
        [AlertRule.StreamType] = Fold<AlertRule>(store),
        [ApiKey.StreamType] = Fold<ApiKey>(store),
        [Batch.StreamType] = Fold<Batch>(store),
        [Dataset.StreamType] = Fold<Dataset>(store),
        [DetectionResult.StreamType] = Fold<DetectionResult>(store),
        [Detector.StreamType] = Fold<Detector>(store),
        [Evaluation.StreamType] = Fold<Evaluation>(store),
        [Inbox.StreamType] = Fold<Inbox>(store),
        [LoginSession.StreamType] = Fold<LoginSession>(store),
        [SignInAttempts.StreamType] = Fold<SignInAttempts>(store),
        [Subject.StreamType] = Fold<Subject>(store),
        [Tenant.StreamType] = Fold<Tenant>(store),
        [TrainingSession.StreamType] = Fold<TrainingSession>(store),
        [ModelTraining.StreamType] = Fold<ModelTraining>(store),
        [User.StreamType] = Fold<User>(store),
        [Webhook.StreamType] = Fold<Webhook>(store),
    };

    /// <summary>What kind of stream it is.</summary>
    public async Task<string> TypeOf(StreamKey stream, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(stream.Tenant, "select type from mt_streams where tenant_id = $1 and id = $2");
        command.Parameters.Add(new() { Value = stream.Tenant });
        command.Parameters.Add(new() { Value = stream.Id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? reader.GetString(0) : throw Problem.NotFound("stream", stream.Id);
    }

    /// <summary>The state after some events.</summary>
    public async Task<JsonElement> At(StreamKey stream, string type, long version, CancellationToken ct) =>
        _folds.TryGetValue(type, out var fold) ? await fold(stream, version, ct) : throw new UnknownEventTypeException(type);

    private static Func<StreamKey, long, CancellationToken, Task<JsonElement>> Fold<TState>(EventStore store)
        where TState : class, IAggregate<TState> =>
        async (stream, version, ct) => JsonSerializer.SerializeToElement((await store.Snapshots.Replay<TState>(stream, version, ct)).State, EventJson.Options);
}
