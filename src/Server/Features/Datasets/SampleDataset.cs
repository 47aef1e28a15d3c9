using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary><c>GET …/datasets/{dataset_id}/sample</c>: the first rows, or random ones in their order.</summary>
internal static class SampleDataset
{
    public static async Task<IResult> Handle(HttpContext http, string datasetId, DatasetQueries queries, DatasetRows rows)
    {
        var count = http.Whole("rows", 100, 1, 1000);
        var random = http.Flag("random", false);
        var dataset = await queries.Get(http.Tenant(), ResourceId.Canonical("dataset", datasetId), http.RequestAborted);
        var upload = dataset.Uploaded;
        var manifest = await rows.Manifest(http.Tenant(), upload, http.RequestAborted);
        var wanted = random ? RandomRows(upload.RowCount, count) : [.. Enumerable.Range(0, (int)Math.Min(count, upload.RowCount)).Select(i => (long)i)];
        var data = new List<object?[]>(wanted.Length);
        foreach (var part in wanted.GroupBy(row => (int)(row / manifest.RowsPerChunk)))
        {
            var chunk = await rows.Chunk(http.Tenant(), upload, part.Key, http.RequestAborted);
            data.AddRange(part.Select(row => Row(chunk, (int)(row % manifest.RowsPerChunk))));
        }

        return Reply.Ok(new DatasetSample([.. manifest.Columns.Select(column => column.Name)], data, data.Count, upload.RowCount));
    }

    private static long[] RandomRows(long total, int count)
    {
        if (total <= count)
        {
            return [.. Enumerable.Range(0, (int)total).Select(i => (long)i)];
        }

        var rows = new SortedSet<long>();
        while (rows.Count < count)
        {
            rows.Add(Random.Shared.NextInt64(total));
        }

        return [.. rows];
    }

    private static object?[] Row(DatasetChunk chunk, int row)
    {
        var values = new object?[chunk.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = chunk.Columns[i][row];
        }

        return values;
    }
}

/// <summary><c>DELETE …/datasets/{dataset_id}</c>: the rows go, the history stays.</summary>
internal static class DeleteDataset
{
    public static async Task<IResult> Handle(HttpContext http, string datasetId, Actors.Silo silo)
    {
        var id = ResourceId.Canonical("dataset", datasetId);
        await silo.Grain<DatasetGrain>(http.Tenant(), id).Call((grain, ct) => grain.Delete(http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(new Confirmation("Dataset deleted successfully"), "Dataset deleted successfully");
    }
}
