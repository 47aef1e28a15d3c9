using System.ComponentModel.DataAnnotations;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Detections.Endpoints;

/// <summary>Lists what was detected.</summary>
internal sealed class ListResults(ResultQueries queries) : Endpoint<ListResults.Request, ListResults.Response>
{
    public sealed record Request
    {
        [QueryParam]
        public DateTimeOffset? StartTime { get; init; }

        [QueryParam]
        public DateTimeOffset? EndTime { get; init; }

        [QueryParam]
        public string? DetectorId { get; init; }

        [QueryParam]
        public string? DatasetId { get; init; }

        [QueryParam, Range(0, int.MaxValue)]
        public long MinAnomalies { get; init; }

        [QueryParam]
        public bool? HasAnomalies { get; init; }

        [Paged]
        public Paging Page { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.EndTime)
            .Must((r, end) => !(r.StartTime > end)).Expecting("a time at or after start_time", showing: true);
    }

    public sealed record Item(string Id, string? DetectorId, string? DatasetId, DateTimeOffset Timestamp, ResultSummary Summary);

    public new sealed record Response(IReadOnlyList<Item> Results, Pagination Pagination);

    public override void Configure()
    {
        Get("/api/v1/results");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "List what was detected, newest first";
            s.Params["start_time"] = "The beginning of the time range.";
            s.Params["end_time"] = "The end of the time range.";
            s.Params["detector_id"] = "Only those of a detector.";
            s.Params["dataset_id"] = "Only those of a data set.";
            s.Params["min_anomalies"] = "Only those with at least so many anomalies.";
            s.Params["has_anomalies"] = "Only those with anomalies, or only those without.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var filter = new ResultFilter(
            request.DetectorId is { } detector ? ResourceId.Canonical("detector", detector) : null,
            request.DatasetId is { } dataset ? ResourceId.Canonical("dataset", dataset) : null, request.StartTime, request.EndTime,
            request.MinAnomalies, request.HasAnomalies);
        var (results, total) = await queries.List(HttpContext.Tenant(), filter, request.Page.Limit, request.Page.Offset, ct);
        return new Response(
            [.. results.Select(result => new Item(result.Id, GetResult.DetectorOf(result), result.DatasetId, result.CompletedAt,
                new ResultSummary(result)))],
            request.Page.Describe(total));
    }
}
