using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>Judges a data set with a detector.</summary>
internal sealed class BatchDetect(BatchService service, BatchQueries queries) : Endpoint<BatchDetect.Request, BatchBody>
{
    public sealed record Request(
        string DatasetId, int? BatchSize = null, bool Async = true, int? ParallelJobs = null, double? Threshold = null,
        string? OutputFormat = null,
        bool ReturnExplanations = false)
    {
        [RouteParam]
        public string DetectorId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Post("/api/v1/detectors/{detector_id}/batch-detect");
        this.Needs(Access.Detect);
        this.Answers(StatusCodes.Status202Accepted, BatchStart.Queued);
        Summary(s => s.Summary = "Judge a data set");
    }

    public override async Task<BatchBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var submission = new BatchSubmission(request.BatchSize, request.ParallelJobs, request.Threshold, true, request.ReturnExplanations,
            request.OutputFormat);
        var batch = await BatchStart.Of(HttpContext, service, queries, request.DetectorId, request.DatasetId, submission, "batch_size",
            string.Empty);
        if (request.Async)
        {
            return batch;
        }

        HttpContext.Response.Headers.Location = default;
        HttpContext.AnswerWith(new Success(Message: "Batch detection ended"));
        return queries.Body(HttpContext, batch.Id, await queries.Ended(HttpContext.Tenant(), batch.Id, ct));
    }
}
