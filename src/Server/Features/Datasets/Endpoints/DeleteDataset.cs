using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Datasets.Endpoints;

/// <summary>Deletes a data set: the rows go, the history stays.</summary>
internal sealed class DeleteDataset(IGrainFactory grains) : Endpoint<DeleteDataset.Request, Confirmation>
{
    public sealed record Request
    {
        [RouteParam]
        public string DatasetId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Delete("/api/v1/datasets/{dataset_id}", "/v1/datasets/{dataset_id}");
        this.Needs(Access.Build);
        this.Answers("Dataset deleted successfully");
        Summary(s => s.Summary = "Delete a data set");
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, ResourceId.Canonical("dataset", request.DatasetId));
        await grains.Of<IDatasetGrain>(http.Tenant(), id).Delete(http.RequestAborted);
        return new Confirmation("Dataset deleted successfully");
    }
}
