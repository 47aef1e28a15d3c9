using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Models.Endpoints;

/// <summary>Shows a model.</summary>
internal sealed class GetModel(ModelQueries queries) : Endpoint<GetModel.Request, ModelDetail>
{
    public sealed record Request
    {
        [RouteParam]
        public string ModelId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/models/{model_id}", "/v1/models/{model_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A model with the versions beside it");
    }

    public override Task<ModelDetail> ExecuteAsync(Request request, CancellationToken ct) =>
        queries.Get(HttpContext.Tenant(), request.ModelId, ct);
}
