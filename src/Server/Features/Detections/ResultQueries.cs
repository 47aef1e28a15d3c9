using System.Runtime.CompilerServices;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Finds detections that were done.</summary>
internal sealed class ResultQueries(AggregateStore aggregates, BulkStore bulk)
{
    /// <summary>A result of a tenant.</summary>
    public async Task<DetectionCompleted> Get(string tenant, string id, CancellationToken ct) =>
        (await aggregates.Load<DetectionResult>(tenant, id, ct)).Completed ?? throw Problem.NotFound("result", id);

    /// <summary>The predictions of a result, some rows at a time.</summary>
    public async IAsyncEnumerable<Predictions> PredictionsOf(string tenant, DetectionCompleted result,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var rows = 0L;
        await foreach (var part in bulk.Parts(new StreamKey(tenant, result.PredictionsStream), DetectionRecord.Output, ct))
        {
            var predictions = Predictions.FromBytes(part);
            rows += predictions.Scores.Length;
            yield return predictions;
        }

        if (rows != result.Summary.TotalSamples)
        {
            throw new InvalidDataException($"Of the {result.Summary.TotalSamples} predictions of {result.Id} {rows} are stored.");
        }
    }

    /// <summary>A page of a tenant's results, newest first.</summary>
    public async Task<(IReadOnlyList<DetectionCompleted> Results, long Total)> List(string tenant, ResultFilter filter, int limit,
        int offset, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        IQueryable<DetectionResult> found = session.Query<DetectionResult>();
        found = filter.DetectorId is null ? found : found.Where(result => result.Completed!.DetectorId == filter.DetectorId);
        found = filter.DatasetId is null ? found : found.Where(result => result.Completed!.DatasetId == filter.DatasetId);
        found = filter.From is null ? found : found.Where(result => result.Completed!.CompletedAt >= filter.From);
        found = filter.To is null ? found : found.Where(result => result.Completed!.CompletedAt <= filter.To);
        found = filter.AnomaliesAtLeast == 0
            ? found : found.Where(result => result.Completed!.Summary.AnomaliesDetected >= filter.AnomaliesAtLeast);
        found = filter.WithAnomalies switch
        {
            null => found,
            true => found.Where(result => result.Completed!.Summary.AnomaliesDetected > 0),
            false => found.Where(result => result.Completed!.Summary.AnomaliesDetected == 0),
        };
        var (states, total) = await found.NewestFirst(limit, offset, ct);
        return ([.. states.Select(state => state.Completed!)], total);
    }
}
