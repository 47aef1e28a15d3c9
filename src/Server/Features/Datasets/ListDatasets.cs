using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary><c>GET /api/v1/datasets</c> and <c>GET /v1/datasets</c>: the tenant's data sets, newest first.</summary>
internal static class ListDatasets
{
    private static readonly Dictionary<string, string> Statuses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ready"] = Dataset.Valid, [Dataset.Valid] = Dataset.Valid, ["failed"] = Dataset.Invalid, [Dataset.Invalid] = Dataset.Invalid,
        [Dataset.Processing] = Dataset.Processing,
    };

    public static async Task<IResult> Handle(HttpContext http, DatasetQueries queries)
    {
        var page = Paging.Of(http);
        var status = http.Text("status") is not { } given ? null
            : Statuses.GetValueOrDefault(given) ?? throw Problem.Invalid("status", $"one of: {string.Join(", ", Statuses.Keys)}", given);
        var (states, total) = await queries.List(
            http.Tenant(), http.Text("format")?.ToLowerInvariant(), status, http.Text("search"), page.Limit, page.Offset, http.RequestAborted);
        return Reply.Ok(new DatasetList([.. states.Select(state => DatasetQueries.Item(state, http.ApiContract()))], page.Describe(total)));
    }
}

/// <summary><c>GET …/datasets/{dataset_id}</c>: one data set with its profile.</summary>
internal static class GetDataset
{
    public static async Task<IResult> Handle(HttpContext http, string datasetId, DatasetQueries queries)
    {
        var dataset = await queries.Get(http.Tenant(), ResourceId.Canonical("dataset", datasetId), http.RequestAborted);
        return Reply.Ok(await queries.Detail(http.Tenant(), dataset, http.ApiContract(), http.RequestAborted));
    }
}
