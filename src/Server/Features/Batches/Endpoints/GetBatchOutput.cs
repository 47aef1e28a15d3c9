using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>The output of a batch: what <c>output_location</c> points at.</summary>
internal sealed class GetBatchOutput(BatchQueries queries, BatchOutput output) : Endpoint<GetBatchOutput.Request>
{
    private static readonly Dictionary<string, string> Types = new()
    {
        ["csv"] = "text/csv", ["ndjson"] = "application/x-ndjson", ["parquet"] = "application/vnd.apache.parquet",
    };

    public sealed record Request
    {
        [RouteParam]
        public string JobId { get; init; } = string.Empty;

        [RouteParam]
        public string Format { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/batch/jobs/{job_id}/output.{format}", "/v1/detect/batch/{job_id}/output.{format}");
        this.Needs(Access.Look);
        this.Streams([.. Types.Values]);
        Summary(s => s.Summary = "The output of a batch");
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        var (http, id, format) = (HttpContext, ResourceId.Canonical("batch", request.JobId), request.Format);
        var batch = await queries.Get(http.Tenant(), id, http.RequestAborted);
        if (!Types.TryGetValue(format, out var type))
        {
            throw Problem.Invalid("format", $"one of: {string.Join(", ", Types.Keys)}", format);
        }

        if (batch.Request is null || batch.Status != Batch.Completed)
        {
            throw Problem.Conflict(
                batch.Request is null
                    ? "The batch was answered at once; its results are named in it."
                    : $"The batch is {batch.Status}; its output is there once it is completed.");
        }

        http.Response.ContentType = type;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{id}.{format}\"";
        await output.Write(http.Tenant(), batch, format, http.Response.Body, http.RequestAborted);
    }
}
