using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Detectors.Endpoints;

/// <summary>Lists the detectors, filtered by algorithm, status, search and tag.</summary>
internal sealed class ListDetectors(DetectorQueries queries) : Endpoint<ListDetectors.Request, DetectorList>
{
    public sealed record Request
    {
        [QueryParam]
        public string? Algorithm { get; init; }

        [QueryParam]
        public string? Status { get; init; }

        [QueryParam]
        public string? Search { get; init; }

        [QueryParam]
        public string? Tag { get; init; }

        [Paged]
        public Paging Page { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Status)
            .Must(status => status is null || DetectorQueries.Statuses.ContainsKey(status))
            .Expecting($"one of: {string.Join(", ", DetectorQueries.Statuses.Keys)}", showing: true);
    }

    public override void Configure()
    {
        Get("/api/v1/detectors", "/v1/detectors");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "List the detectors, newest first";
            s.Params["algorithm"] = "Only those of an algorithm, by any of its names.";
            s.Params["status"] = "Only those in a state, in any contract's word.";
            s.Params["search"] = "Only those whose name or description contains this.";
            s.Params["tag"] = "Only those with a tag.";
        });
    }

    public override async Task<DetectorList> ExecuteAsync(Request request, CancellationToken ct)
    {
        var filter = new DetectorFilter(request.Algorithm, request.Status, request.Search, request.Tag);
        var (states, total) = await queries.List(HttpContext.Tenant(), filter, request.Page, ct);
        return new DetectorList([.. states.Select(state => DetectorQueries.Body(state, HttpContext.ApiContract()))],
            request.Page.Describe(total));
    }
}

/// <summary>A page of detectors.</summary>
internal sealed record DetectorList(IReadOnlyList<DetectorBody> Detectors, Pagination Pagination);
