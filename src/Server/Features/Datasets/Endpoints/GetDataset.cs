using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Datasets.Endpoints;

/// <summary>Shows a data set with its profile.</summary>
internal sealed class GetDataset(DatasetQueries queries) : Endpoint<GetDataset.Request, DatasetDetail>
{
    public sealed record Request
    {
        [RouteParam]
        public string DatasetId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/datasets/{dataset_id}", "/v1/datasets/{dataset_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A data set with its profile");
    }

    public override async Task<DatasetDetail> ExecuteAsync(Request request, CancellationToken ct)
    {
        var dataset = await queries.Get(HttpContext.Tenant(), ResourceId.Canonical("dataset", request.DatasetId), ct);
        return await queries.Detail(HttpContext.Tenant(), dataset, HttpContext.ApiContract(), ct);
    }
}
