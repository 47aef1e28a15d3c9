namespace EventSourcedAnomaly.Server.Datasets;

/// <summary>The capability's paths.</summary>
internal static class DatasetRoutes
{
    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/api/v1/datasets", "/v1/datasets" })
        {
            routes.MapPost(root, UploadDataset.Handle).DisableRequestLimit();
            routes.MapGet(root, ListDatasets.Handle);
            routes.MapGet($"{root}/{{datasetId}}", GetDataset.Handle);
            routes.MapGet($"{root}/{{datasetId}}/sample", SampleDataset.Handle);
            routes.MapDelete($"{root}/{{datasetId}}", DeleteDataset.Handle);
        }
    }

    // The intake has its own limit, and says so in its own words.
    private static void DisableRequestLimit(this RouteHandlerBuilder route) =>
        route.WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());
}
