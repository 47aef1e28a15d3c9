using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>Reads a stored data set back, chunk by chunk, before anybody relies on it.</summary>
internal sealed class DatasetVerification(IGrainFactory grains, DatasetRows rows)
{
    /// <summary>Verifies, and reports what was found to the data set's grain.</summary>
    public async Task Run(string tenant, DatasetUploaded upload, CancellationToken ct) =>
        await grains.Of<IDatasetGrain>(tenant, upload.Id).Verify(await FindDamage(tenant, upload, ct), ct);

    private async Task<string?> FindDamage(string tenant, DatasetUploaded upload, CancellationToken ct)
    {
        var count = 0L;
        try
        {
            await foreach (var chunk in rows.Chunks(tenant, upload, ct))
            {
                count += chunk.RowCount;
            }
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }

        return count == upload.RowCount ? null : $"Of {upload.RowCount} rows {count} were stored.";
    }
}
