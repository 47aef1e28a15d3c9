using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>A data set may be worked on as soon as it is uploaded; the work waits here until it is verified.</summary>
internal sealed class DatasetReadiness(DatasetQueries datasets, EventFeed feed, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    /// <summary>The data set, once it is valid.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or does not become ready.</exception>
    public async Task<Dataset> Wait(string tenant, string id, CancellationToken ct)
    {
        using var limited = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limited.Token);
        try
        {
            await foreach (var recorded in feed.Follow(new StreamKey(tenant, id), 0, either.Token))
            {
                if (recorded.Data is DatasetVerified or DatasetRejected or DatasetDeleted)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException timeout) when (!ct.IsCancellationRequested)
        {
            throw new InvalidDataException("The data set has not become ready.", timeout);
        }

        var dataset = await datasets.Get(tenant, id, ct);
        return dataset.Status == Dataset.Invalid ? throw new InvalidDataException($"The data set is damaged: {dataset.Failure}") : dataset;
    }
}
