using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Some rows of a result as they were judged, and how they come out when they are judged again.</summary>
internal sealed record RescoredRows(Predictions Recorded, Predictions Again);

/// <summary>Judges the recorded rows of a result again with the recorded model.</summary>
internal sealed class RecordedDetections(BulkStore bulk, AggregateStore aggregates, LoadedModels models, AdHocModels adHoc,
    ResultQueries results, Batches.BatchQueries batches)
{
    /// <summary>The model that judged; the detector may have newer ones, or be deleted: the log still knows it.</summary>
    /// <exception cref="InvalidDataException">The log has no such model.</exception>
    public async Task<TrainedModel> ModelOf(string tenant, DetectionCompleted result, CancellationToken ct)
    {
        if (result.AdHocModel is { } made)
        {
            return made;
        }

        await using var session = aggregates.Query(tenant);
        var events = await session.Events.FetchStreamAsync(result.DetectorId, token: ct);
        return events.Select(recorded => recorded.Data).OfType<DetectorTrained>()
            .Select(trained => trained.Model).FirstOrDefault(model => model.TrainingId == result.TrainingId)
            ?? throw new InvalidDataException($"The log has no model of {result.TrainingId}.");
    }

    /// <summary>The rows, part by part.</summary>
    public async IAsyncEnumerable<RescoredRows> Judge(string tenant, DetectionCompleted result, TrainedModel facts,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var recorded = results.PredictionsOf(tenant, result, ct);
        if (result.BatchId is { } batchId)
        {
            var model = await models.Load(tenant, result.ModelStream, facts, ct);
            await using var predictions = recorded.GetAsyncEnumerator(ct);
            await foreach (var chunk in batches.Chunks(tenant, batchId, model, ct))
            {
                await predictions.MoveNextAsync();
                yield return new RescoredRows(predictions.Current, chunk.Judge(model, result.AdHocModel is not null, ct));
            }

            yield break;
        }

        var numbers = NumberBlock.Decode(await Input(tenant, result, ct));
        var rows = new Matrix(numbers.Length / facts.FeatureCount, facts.FeatureCount, numbers);
        var again = result.AdHocModel is null
            ? Predictions.Of(await models.Load(tenant, result.ModelStream, facts, ct), rows, ct)
            : Predictions.OfTrainingRows(Remade(result, facts, rows, ct), 0, rows.Rows);
        await foreach (var predictions in recorded)
        {
            yield return new RescoredRows(predictions, again);
        }
    }

    // The model was not kept: it is made again of the same rows, and is the same to the bit or the result cannot be vouched for.
    private EventSourcedAnomaly.Detection.Detector Remade(DetectionCompleted result, TrainedModel facts, Matrix rows, CancellationToken ct)
    {
        var made = AdHocDetectionService.Fit(adHoc, result.Id, rows, new AdHocAlgorithm(facts.Algorithm, facts.Parameters, facts.Seed), ct);
        return made.Metadata.Sha256 == result.ModelSha256
            ? ModelArtifact.FromBytes(made.Bytes).Detector
            : throw new InvalidDataException($"The model of {result.Id} does not come out the same again.");
    }

    /// <summary>
    /// Whether the rows are the recorded ones. Those of a batch are its data set's, whose every part is checked as it is read.
    /// </summary>
    public async Task<bool> InputIntact(string tenant, DetectionCompleted result, CancellationToken ct) =>
        result.BatchId is not null || Convert.ToHexStringLower(SHA256.HashData(await Input(tenant, result, ct))) == result.InputSha256;

    /// <summary>Whether the predictions are the recorded ones.</summary>
    public async Task<bool> PredictionsIntact(string tenant, DetectionCompleted result, CancellationToken ct) =>
        await HashOfPredictions(tenant, result.PredictionsStream, ct) == result.PredictionsSha256;

    /// <summary>The SHA-256 of all parts of some predictions, in order.</summary>
    public async Task<string> HashOfPredictions(string tenant, string stream, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var part in bulk.Parts(new StreamKey(tenant, stream), DetectionRecord.Output, ct))
        {
            hash.AppendData(part);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task<byte[]> Input(string tenant, DetectionCompleted result, CancellationToken ct) =>
        await bulk.Get(new StreamKey(tenant, result.Id), DetectionRecord.Input, ct)
        ?? throw Problem.Conflict("The result's input is no longer stored; it cannot be replayed.");
}
