using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>Submits a batch job.</summary>
internal sealed class SubmitBatch(BatchService service, BatchQueries queries) : Endpoint<SubmitBatch.Request, BatchBody>
{
    public sealed record Request(string JobType, string DetectorId, string DatasetId, Parameters? Parameters = null);

    public sealed record Parameters(
        int? BatchSize = null, int? ParallelJobs = null, double? Threshold = null, string? OutputFormat = null, bool ReturnScores = true,
        bool ReturnExplanations = false);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.JobType).Equal("detection").Expecting("detection", showing: true);
    }

    public override void Configure()
    {
        Post("/api/v1/batch/submit");
        this.Needs(Access.Detect);
        this.Answers(StatusCodes.Status202Accepted, BatchStart.Queued);
        Summary(s => s.Summary = "Judge a data set");
    }

    public override Task<BatchBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var given = request.Parameters ?? new Parameters();
        var submission = new BatchSubmission(given.BatchSize, given.ParallelJobs, given.Threshold, given.ReturnScores,
            given.ReturnExplanations, given.OutputFormat);
        return BatchStart.Of(HttpContext, service, queries, request.DetectorId, request.DatasetId, submission, "batch_size", "parameters.");
    }
}
