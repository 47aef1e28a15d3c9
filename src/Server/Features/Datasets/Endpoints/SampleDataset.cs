using System.ComponentModel.DataAnnotations;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Datasets.Endpoints;

/// <summary>Shows some rows of a data set: the first ones, or random ones in their order.</summary>
internal sealed class SampleDataset(DatasetQueries queries, DatasetRows rows) : Endpoint<SampleDataset.Request, DatasetSample>
{
    public sealed record Request
    {
        [RouteParam]
        public string DatasetId { get; init; } = string.Empty;

        [QueryParam, Range(1, 1000)]
        public int Rows { get; init; } = 100;

        [QueryParam]
        public bool Random { get; init; }
    }

    public override void Configure()
    {
        Get("/api/v1/datasets/{dataset_id}/sample", "/v1/datasets/{dataset_id}/sample");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "Some rows of a data set";
            s.Params["rows"] = "How many: 100 unless told, at most 1000.";
            s.Params["random"] = "Whether to choose them at random; the first ones unless told.";
        });
    }

    public override async Task<DatasetSample> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (tenant, count) = (HttpContext.Tenant(), request.Rows);
        var dataset = await queries.Get(tenant, ResourceId.Canonical("dataset", request.DatasetId), ct);
        var upload = dataset.Uploaded;
        var manifest = await rows.Manifest(tenant, upload, ct);
        var wanted = request.Random
            ? RandomRows(upload.RowCount, count)
            : [.. Enumerable.Range(0, (int)Math.Min(count, upload.RowCount)).Select(i => (long)i)];
        var data = new List<object?[]>(wanted.Length);
        foreach (var part in wanted.GroupBy(row => (int)(row / manifest.RowsPerChunk)))
        {
            var chunk = await rows.Chunk(tenant, upload, part.Key, ct);
            data.AddRange(part.Select(row => Row(chunk, (int)(row % manifest.RowsPerChunk))));
        }

        return new DatasetSample([.. manifest.Columns.Select(column => column.Name)], data, data.Count, upload.RowCount);
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
