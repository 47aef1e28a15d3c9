using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Models.Endpoints;

/// <summary>Lists the models.</summary>
internal sealed class ListModels(ModelQueries queries) : Endpoint<ListModels.Request, ModelList>
{
    public sealed record Request
    {
        [QueryParam]
        public string? DetectorId { get; init; }

        [QueryParam]
        public string? Algorithm { get; init; }

        [Paged]
        public Paging Page { get; init; }
    }

    public override void Configure()
    {
        Get("/api/v1/models", "/v1/models");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "List the models, newest first";
            s.Params["detector_id"] = "Only those of a detector.";
            s.Params["algorithm"] = "Only those of an algorithm, by any of its names.";
        });
    }

    public override async Task<ModelList> ExecuteAsync(Request request, CancellationToken ct)
    {
        var page = request.Page;
        var (models, total) = await queries.List(
            HttpContext.Tenant(), request.DetectorId is { } id ? ResourceId.Canonical("detector", id) : null,
            request.Algorithm is { } name ? ProductAlgorithms.Catalog.TryResolve(name, out var known)
                ? known.Name : name : null, page.Limit, page.Offset,
            ct);
        return new ModelList([.. models.Select(ModelQueries.Item)], total, page.Describe(total));
    }
}
