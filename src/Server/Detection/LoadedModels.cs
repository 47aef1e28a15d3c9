using System.Security.Cryptography;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Detectors;
using EventSourcedAnomaly.Server.Surfaces;
using Microsoft.Extensions.Caching.Memory;

namespace EventSourcedAnomaly.Server.Detection;

/// <summary>A model in memory with the record of how it came to be.</summary>
internal sealed record LoadedModel(TrainedModel Facts, ModelArtifact Artifact);

/// <summary>Keeps the models in use in memory. A model never changes, so what is kept never grows stale.</summary>
internal sealed class LoadedModels(EventStore store) : IDisposable
{
    private readonly MemoryCache _models = new(new MemoryCacheOptions { SizeLimit = 1L << 29 });

    /// <summary>The model that a detector has in service.</summary>
    /// <exception cref="Problem">It has none.</exception>
    public Task<LoadedModel> InService(string tenant, Detector detector, CancellationToken ct) =>
        Load(tenant, detector.Id, detector.Model ?? throw Problem.Conflict($"The detector has no model yet: it is {detector.Status}. Train it first."), ct);

    /// <summary>A model by the record of its training.</summary>
    /// <exception cref="InvalidDataException">Its bytes are missing or are not those that were recorded.</exception>
    public async Task<LoadedModel> Load(string tenant, string detectorId, TrainedModel facts, CancellationToken ct)
    {
        var key = (tenant, detectorId, facts.TrainingId);
        if (_models.TryGetValue(key, out LoadedModel? known))
        {
            return known!;
        }

        var bytes = await store.Attachments.Get(new StreamKey(tenant, detectorId), DetectorGrain.ModelAttachment(facts.TrainingId), ct)
            ?? throw new InvalidDataException($"The model of {facts.TrainingId} is missing.");
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != facts.Sha256)
        {
            throw new InvalidDataException($"The model of {facts.TrainingId} is not the one that was trained: its SHA-256 differs.");
        }

        var loaded = new LoadedModel(facts, ModelArtifact.FromBytes(bytes));
        return _models.Set(key, loaded, new MemoryCacheEntryOptions { Size = bytes.Length * 2L });
    }

    /// <inheritdoc/>
    public void Dispose() => _models.Dispose();
}
