using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>Judges a data set with a detector, as the Reference contract asks for it.</summary>
internal sealed class DetectBatch(BatchService service, BatchQueries queries) : Endpoint<DetectBatch.Request, BatchBody>
{
    public sealed record Request(string DetectorId, string DatasetId, Options? Options = null);

    public new sealed record Options(
        bool ReturnScores = true, bool ReturnExplanations = false, int? ChunkSize = null, string? OutputFormat = null,
        double? Threshold = null, int? ParallelJobs = null);

    public override void Configure()
    {
        Post("/v1/detect/batch");
        this.Needs(Access.Detect);
        this.Answers(StatusCodes.Status202Accepted, BatchStart.Queued);
        Summary(s => s.Summary = "Judge a data set");
    }

    public override Task<BatchBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var given = request.Options ?? new Options();
        var submission = new BatchSubmission(given.ChunkSize, given.ParallelJobs, given.Threshold, given.ReturnScores,
            given.ReturnExplanations, given.OutputFormat);
        return BatchStart.Of(HttpContext, service, queries, request.DetectorId, request.DatasetId, submission, "chunk_size", "options.");
    }
}
