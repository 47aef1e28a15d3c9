using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>Starts a batch over a data set, in whatever words it was asked for.</summary>
internal static class BatchStart
{
    /// <summary>The message of the answer.</summary>
    public const string Queued = "Batch detection queued";

    /// <param name="http">The request.</param>
    /// <param name="service">Takes it on.</param>
    /// <param name="queries">Shows it.</param>
    /// <param name="detectorId">As the caller spells it.</param>
    /// <param name="datasetId">As the caller spells it.</param>
    /// <param name="submission">What is wanted.</param>
    /// <param name="size">The caller's name for the rows of a part.</param>
    /// <param name="prefix">Where the caller's options stand in the body.</param>
    public static async Task<BatchBody> Of(
        HttpContext http, BatchService service, BatchQueries queries, string detectorId, string datasetId, BatchSubmission submission,
        string size, string prefix)
    {
        var batch = await service.Submit(
            http.Tenant(), ResourceId.Canonical("detector", detectorId), ResourceId.Canonical("dataset", datasetId),
            samples => submission.Validate(size, "parallel_jobs", prefix, samples), http.RequestAborted);
        var id = batch.Requested.Id;
        http.Locate(http.ApiContract() == ApiContract.Reference ? $"/v1/detect/batch/{id}" : $"/api/v1/batch/jobs/{id}");
        return queries.Body(http, id, batch);
    }
}
