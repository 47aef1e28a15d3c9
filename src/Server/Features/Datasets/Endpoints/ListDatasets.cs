using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Datasets.Endpoints;

/// <summary>Lists the tenant's data sets.</summary>
internal sealed class ListDatasets(DatasetQueries queries) : Endpoint<ListDatasets.Request, DatasetList>
{
    private static readonly Dictionary<string, string> Statuses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ready"] = Dataset.Valid, [Dataset.Valid] = Dataset.Valid, ["failed"] = Dataset.Invalid, [Dataset.Invalid] = Dataset.Invalid,
        [Dataset.Processing] = Dataset.Processing,
    };

    public sealed record Request
    {
        [QueryParam]
        public string? Format { get; init; }

        [QueryParam]
        public string? Status { get; init; }

        [QueryParam]
        public string? Search { get; init; }

        [Paged]
        public Paging Page { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Status)
            .Must(status => status is null || Statuses.ContainsKey(status))
                .Expecting($"one of: {string.Join(", ", Statuses.Keys)}", showing: true);
    }

    public override void Configure()
    {
        Get("/api/v1/datasets", "/v1/datasets");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "List the data sets, newest first";
            s.Params["format"] = "Only those of a format.";
            s.Params["status"] = "Only those in a state, in any contract's word.";
            s.Params["search"] = "Only those whose name contains this.";
        });
    }

    public override async Task<DatasetList> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, page) = (HttpContext, request.Page);
        var status = request.Status is { } given ? Statuses[given] : null;
        var (states, total) = await queries.List(http.Tenant(), request.Format?.ToLowerInvariant(), status, request.Search, page.Limit,
            page.Offset, http.RequestAborted);
        return new DatasetList([.. states.Select(state => DatasetQueries.Item(state, http.ApiContract()))], page.Describe(total));
    }
}
