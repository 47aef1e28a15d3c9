using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Models;

/// <summary><c>GET /api/v1/models</c> (001), <c>GET /v1/models</c> (002): newest first.</summary>
internal static class ListModels
{
    public static async Task<IResult> Handle(HttpContext http, ModelQueries queries)
    {
        var page = Paging.Of(http);
        var (models, total) = await queries.List(
            http.Tenant(), http.Text("detector_id") is { } id ? ResourceId.Canonical("detector", id) : null,
            http.Text("algorithm") is { } name ? Algorithms.TryResolve(name, out var known) ? known.Name : name : null, page.Limit, page.Offset, http.RequestAborted);
        return Reply.Ok(new ModelList([.. models.Select(ModelQueries.Item)], total, page.Describe(total)));
    }
}

/// <summary><c>GET …/models/{model_id}</c>.</summary>
internal static class GetModel
{
    public static async Task<IResult> Handle(HttpContext http, string modelId, ModelQueries queries) =>
        Reply.Ok(await queries.Get(http.Tenant(), modelId, http.RequestAborted));
}

/// <summary>The capability's paths.</summary>
internal static class ModelRoutes
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/api/v1/models", "/v1/models" })
        {
            routes.MapGet(root, ListModels.Handle)
                .Describes<ModelList>("List the models, newest first").QueryPage().Query("detector_id", "Only those of a detector.")
                .Query("algorithm", "Only those of an algorithm, by any of its names.").Needs(Access.Look);
            routes.MapGet($"{root}/{{modelId}}", GetModel.Handle).Describes<ModelDetail>("A model with the versions beside it").Needs(Access.Look);
        }
    }
}
