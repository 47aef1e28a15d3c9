using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>The capability's paths.</summary>
internal static class DatasetRoutes
{
    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/api/v1/datasets", "/v1/datasets" })
        {
            routes.MapPost(root, UploadDataset.Handle)
                .Describes<DatasetUpload, DatasetReceipt>("Upload a file as a data set", StatusCodes.Status201Created, "multipart/form-data").Needs(Access.Build).DisableRequestLimit();
            routes.MapGet(root, ListDatasets.Handle)
                .Describes<DatasetList>("List the data sets, newest first").QueryPage().Query("format", "Only those of a format.")
                .Query("status", "Only those in a state, in either document's word.").Query("search", "Only those whose name contains this.").Needs(Access.Look);
            routes.MapGet($"{root}/{{datasetId}}", GetDataset.Handle).Describes<DatasetDetail>("A data set with its profile").Needs(Access.Look);
            routes.MapGet($"{root}/{{datasetId}}/sample", SampleDataset.Handle)
                .Describes<DatasetSample>("Some rows of a data set")
                .Query("rows", "How many: 100 unless told, at most 1000.", RequestParameterType.Whole)
                .Query("random", "Whether to choose them at random; the first ones unless told.", RequestParameterType.Flag).Needs(Access.Look);
            routes.MapPost($"{root}/{{datasetId}}/validate", ValidateDataset.Handle)
                .Describes<ValidateDataset.Request, ValidateDataset.Response>("Judge how fit a data set is to learn from").Needs(Access.Build);
            routes.MapDelete($"{root}/{{datasetId}}", DeleteDataset.Handle).Describes<Confirmation>("Delete a data set").Needs(Access.Build);
        }
    }

    // The intake has its own limit, and says so in its own words.
    private static void DisableRequestLimit(this RouteHandlerBuilder route) =>
        route.WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());
}
