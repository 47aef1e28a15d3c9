using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Datasets.Endpoints;

/// <summary>Judges how fit a data set is to learn from, check by check.</summary>
internal sealed class ValidateDataset(DatasetQueries queries, DatasetRows rows, IGrainFactory grains, TimeProvider time)
    : Endpoint<ValidateDataset.Request, ValidateDataset.Response>
{
    /// <param name="Checks">Which checks; all of them unless told.</param>
    /// <param name="StrictMode">Whether a check passes only without a single finding.</param>
    /// <param name="QualityThreshold">The score from 0 to 1 from which a check passes.</param>
    public sealed record Request(IReadOnlyList<string>? Checks = null, bool StrictMode = false, double QualityThreshold = 0.8)
    {
        [RouteParam]
        public string DatasetId { get; init; } = string.Empty;
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.QualityThreshold).Must(threshold => threshold is >= 0 and <= 1).Expecting("a number from 0 to 1", showing: true);
            RuleForEach(r => r.Checks).Must(check => DatasetChecks.All.Contains(check))
                .Expecting($"one of: {string.Join(", ", DatasetChecks.All)}", showing: true);
            RuleFor(r => r.Checks).Must(checks => checks is not { Count: 0 })
                .Expecting($"at least one of: {string.Join(", ", DatasetChecks.All)}");
        }
    }

    public new sealed record Response(
        string ValidationId, string DatasetId, string Status, bool Passed, double OverallScore,
        IReadOnlyDictionary<string, CheckOutcome> Checks,
        IReadOnlyList<string> Recommendations, DateTimeOffset ValidatedAt);

    public override void Configure()
    {
        Post("/api/v1/datasets/{dataset_id}/validate", "/v1/datasets/{dataset_id}/validate");
        this.Needs(Access.Build);
        this.Answers("Validation completed");
        this.BodyIsOptional();
        Summary(s => s.Summary = "Judge how fit a data set is to learn from");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, tenant) = (HttpContext, HttpContext.Tenant());
        var dataset = await queries.Get(tenant, ResourceId.Canonical("dataset", request.DatasetId), ct);
        if (dataset.Status == Dataset.Invalid)
        {
            throw Problem.Conflict($"The data set is damaged and cannot be validated: {dataset.Failure}");
        }

        IReadOnlyList<string> wanted = [.. (request.Checks ?? DatasetChecks.All).Distinct()];
        var manifest = await rows.Manifest(tenant, dataset.Uploaded, ct);
        var outlying = wanted.Contains(DatasetChecks.Outliers)
            ? await Outliers.Count(rows.Chunks(tenant, dataset.Uploaded, ct), manifest, dataset.Uploaded.LabelColumn)
            : 0;
        var metadata = new DatasetMetadata(manifest.Profile, dataset.Uploaded.LabelColumn, outlying);
        var validated = new DatasetValidated(
            ResourceId.New("validation"), request.StrictMode, request.QualityThreshold,
            wanted.ToDictionary(check => check,
                check => DatasetChecks.Judge(check, metadata, request.StrictMode, request.QualityThreshold)),
            DatasetChecks.Recommend(metadata), time.GetUtcNow());
        await grains.Of<IDatasetGrain>(tenant, dataset.Id).Note(validated, ct);
        return new Response(
            validated.ValidationId, dataset.Id, "completed", validated.Checks.Values.All(check => check.Passed),
            validated.Checks.Values.Average(check => check.Score),
            validated.Checks, validated.Recommendations, validated.ValidatedAt);
    }
}
