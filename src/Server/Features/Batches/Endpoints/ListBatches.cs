using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>Lists the batches.</summary>
internal sealed class ListBatches(BatchQueries queries) : Endpoint<ListBatches.Request, BatchList>
{
    private static readonly string[] Statuses = [Batch.Queued, "started", Batch.Running, Batch.Completed, Batch.Failed, Batch.Cancelled];

    public sealed record Request
    {
        [QueryParam]
        public string? Status { get; init => field = value?.ToLowerInvariant(); }

        [QueryParam]
        public string? DetectorId { get; init; }

        [QueryParam]
        public string? DatasetId { get; init; }

        [Paged]
        public Paging Page { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Status).OneOf(Statuses);
    }

    public override void Configure()
    {
        Get("/api/v1/batch/jobs");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "List the batches, newest first";
            s.Params["status"] = "Only those in a state.";
            s.Params["detector_id"] = "Only those of a detector.";
            s.Params["dataset_id"] = "Only those of a data set.";
        });
    }

    public override async Task<BatchList> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, page) = (HttpContext, request.Page);
        var (states, total) = await queries.List(
            http.Tenant(), request.Status == "started" ? Batch.Queued : request.Status,
            request.DetectorId is { } detector ? ResourceId.Canonical("detector", detector) : null,
            request.DatasetId is { } dataset ? ResourceId.Canonical("dataset", dataset) : null, page.Limit, page.Offset,
            http.RequestAborted);
        return new BatchList([.. states.Select(batch => queries.Body(http, batch.Request?.Id ?? batch.Answer!.Id, batch))],
            page.Describe(total));
    }
}
