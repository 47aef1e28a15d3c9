using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.ModelTrainings;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EventSourcedAnomaly.Server.Features.Provisioning;

/// <summary>
/// Fills an empty log with a tenant to look at: the samples that ship with the product go in by the product's own commands,
/// a detector is trained on each and judges its rows.
/// </summary>
internal sealed partial class DemoTenant(
    ServerSettings settings, AggregateStore aggregates, HighWaterMark mark, IGrainFactory grains, ApiKeyQueries keys, DatasetIntake intake,
    DatasetRows rows, ModelTrainingService trainings, ModelTrainingQueries queries, DetectionService detections, TimeProvider time,
    IHostApplicationLifetime lifetime, IServer server, ILogger<DemoTenant> logger) : BackgroundService
{
    private const string Tenant = "demo";
    private static readonly EventMetadata Metadata = new("system:demo", "demo");

    /// <summary>Fills the tenant once the server serves, unless there is one or none is wanted.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await Fill(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? string.Empty, stoppingToken);
    }

    private async Task Fill(string address, CancellationToken ct)
    {
        var samples = FindSamples();
        if (!settings.Demo || samples.Count == 0
            || (await aggregates.Load<Tenant>(Principal.SystemTenant, TenantQueries.StreamOf(Tenant), ct)).Version > 0)
        {
            return;
        }

        RequestMetadata.Set(Metadata);
        try
        {
            await grains.Of<ITenantGrain>(Principal.SystemTenant, TenantQueries.StreamOf(Tenant)).Create(Tenant, "Demonstration", ct);
            foreach (var sample in samples)
            {
                await Console.Out.WriteLineAsync($"demo: {await Show(sample, ct)}");
            }

            var key = await IssueKey(ct);
            await Console.Out.WriteLineAsync($"demo: look at {address}/api/v1/results with the header X-API-Key: {key}");
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            LogFailed(e);
        }
    }

    private async Task<string> Show(FileInfo sample, CancellationToken ct)
    {
        var name = Path.GetFileNameWithoutExtension(sample.Name);
        var dataset = await intake.Take(Tenant,
            new DatasetFileRequest(sample.FullName, name, "A sample that ships with the product", new ReadOptions(), null), ct);
        var detector = await CreateDetector(name, ct);
        var training =
            await Finish((await trainings.Submit(Tenant, detector, dataset.Id, new TrainingOptions(0, 0, null), ct)).Requested.Id, ct);
        var (matrix, _, _) = await rows.Load(Tenant, dataset.Uploaded,
            (await rows.Manifest(Tenant, dataset.Uploaded, ct)).FeatureNames(dataset.Uploaded.LabelColumn), ct);
        var detected = await detections.Detect(Tenant, detector, _ => matrix, null, Metadata, ct);
        var auc = training.Metrics.Auc?.ToString("0.000", CultureInfo.InvariantCulture) ?? "unknown without labels";
        return $"{name}: {dataset.Uploaded.RowCount} rows read, IsolationForest trained ({detector}), ROC-AUC {auc}, "
            + $"{detected.Completed.Summary.AnomaliesDetected} rows flagged";
    }

    private async Task<string> CreateDetector(string name, CancellationToken ct)
    {
        var id = ResourceId.New("detector");
        var wanted = new DetectorCreated(
            id, $"{name} demonstration", "Learns what is usual in the sample of the same name", "IsolationForest",
            new Dictionary<string, JsonElement> { ["random_state"] = JsonSerializer.SerializeToElement(42) }, ["demo"], time.GetUtcNow());
        await grains.Of<IDetectorGrain>(Tenant, id).Create(wanted, ct);
        return id;
    }

    private async Task<ModelTraining> Finish(string trainingId, CancellationToken ct)
    {
        while (true)
        {
            var session = await queries.Get(Tenant, trainingId, ct);
            if (session.Ended)
            {
                return session.Failure is null ? session : throw new InvalidOperationException(session.Failure);
            }

            await mark.Beyond(mark.Sequence, ct);
        }
    }

    private async Task<string> IssueKey(CancellationToken ct)
    {
        var key = ApiKeyQueries.Generate();
        await grains.Of<IApiKeyGrain>(Tenant, keys.IdOf(key)).Issue(
                new ApiKeyIssued("demo", ApiKeyQueries.PrefixOf(key), Scopes.All, [Role.Analyst, Role.Auditor], RatePlan.Default.Name,
                    time.GetUtcNow(), null), ct);
        return key;
    }

    private static IReadOnlyList<FileInfo> FindSamples()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var samples = new DirectoryInfo(Path.Combine(directory.FullName, "ops", "samples"));
            if (samples.Exists)
            {
                return [.. samples.GetFiles("*.csv").OrderBy(file => file.Name, StringComparer.Ordinal)];
            }
        }

        return [];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The demonstration could not be filled")]
    private partial void LogFailed(Exception exception);
}
