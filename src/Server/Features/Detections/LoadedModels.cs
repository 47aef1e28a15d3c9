using System.Security.Cryptography;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Microsoft.Extensions.Caching.Memory;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>A model in memory with the record of how it came to be.</summary>
internal sealed record LoadedModel(TrainedModel Metadata, ModelArtifact Artifact);

/// <summary>Keeps the models in use in memory. A model never changes, so what is kept never grows stale.</summary>
internal sealed class LoadedModels(BulkStore bulk, DetectorQueries detectors) : IDisposable
{
    private static readonly MemoryCacheEntryOptions WhileUsed = new() { SlidingExpiration = TimeSpan.FromMinutes(1), Size = 1 };
    private readonly MemoryCache _models = new(new MemoryCacheOptions { SizeLimit = 1L << 29 });
    private readonly MemoryCache _detectors = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <summary>The model that a detector has in service; requests for the same detector share the reading of it.</summary>
    /// <exception cref="Problem">There is no such detector, or it has no model.</exception>
    public async Task<LoadedModel> InService(string tenant, string detectorId, CancellationToken ct)
    {
        if (!_detectors.TryGetValue((tenant, detectorId), out SharedReading<Detector>? reading))
        {
            reading = _detectors.Set(
                (tenant, detectorId), new SharedReading<Detector>(() => detectors.Get(tenant, detectorId, CancellationToken.None)),
                WhileUsed);
        }

        var detector = await reading!.Next(ct);
        return await Load(tenant, detectorId, detector.Model
            ?? throw Problem.Conflict($"The detector has no model yet: it is {detector.Status}. Train it first."), ct);
    }

    /// <summary>A model by the record of its training.</summary>
    /// <exception cref="InvalidDataException">Its bytes are missing or are not those that were recorded.</exception>
    public async Task<LoadedModel> Load(string tenant, string detectorId, TrainedModel facts, CancellationToken ct)
    {
        var key = (tenant, detectorId, facts.TrainingId);
        if (_models.TryGetValue(key, out LoadedModel? known))
        {
            return known!;
        }

        var bytes = await bulk.Get(new StreamKey(tenant, detectorId), Detector.ModelBytes(facts.TrainingId), ct)
            ?? throw new InvalidDataException($"The model of {facts.TrainingId} is missing.");
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != facts.Sha256)
        {
            throw new InvalidDataException($"The model of {facts.TrainingId} is not the one that was trained: its SHA-256 differs.");
        }

        var loaded = new LoadedModel(facts, ModelArtifact.FromBytes(bytes));
        return _models.Set(key, loaded, new MemoryCacheEntryOptions { Size = bytes.Length * 2L });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _models.Dispose();
        _detectors.Dispose();
    }
}
