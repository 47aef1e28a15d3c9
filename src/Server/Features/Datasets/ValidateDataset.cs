using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary><c>POST …/datasets/{dataset_id}/validate</c> (002): whether a data set is fit to learn from, check by check.</summary>
internal static class ValidateDataset
{
    /// <param name="Checks">Which checks; all of them unless told.</param>
    /// <param name="StrictMode">Whether a check passes only without a single finding.</param>
    /// <param name="QualityThreshold">The score from 0 to 1 from which a check passes.</param>
    public sealed record Request(IReadOnlyList<string>? Checks = null, bool StrictMode = false, double QualityThreshold = 0.8)
    {
        public IReadOnlyList<string> Validate()
        {
            if (QualityThreshold is not (>= 0 and <= 1))
            {
                throw Problem.Invalid("quality_threshold", "a number from 0 to 1", QualityThreshold);
            }

            var wanted = Checks ?? DatasetChecks.All;
            for (var i = 0; i < wanted.Count; i++)
            {
                if (!DatasetChecks.All.Contains(wanted[i]))
                {
                    throw Problem.Invalid($"checks[{i}]", $"one of: {string.Join(", ", DatasetChecks.All)}", wanted[i]);
                }
            }

            return wanted.Count > 0 ? [.. wanted.Distinct()] : throw Problem.Invalid("checks", $"at least one of: {string.Join(", ", DatasetChecks.All)}");
        }
    }

    public sealed record Response(
        string ValidationId, string DatasetId, string Status, bool Passed, double OverallScore, IReadOnlyDictionary<string, CheckOutcome> Checks,
        IReadOnlyList<string> Recommendations, DateTimeOffset ValidatedAt);

    public static async Task<IResult> Handle(HttpContext http, string datasetId, DatasetQueries queries, DatasetRows rows, Silo silo, TimeProvider time)
    {
        var request = Body.IsAbsent(http) ? new Request() : await Body.Read<Request>(http);
        var wanted = request.Validate();
        var (tenant, ct) = (http.Tenant(), http.RequestAborted);
        var dataset = await queries.Get(tenant, ResourceId.Canonical("dataset", datasetId), ct);
        if (dataset.Status == Dataset.Invalid)
        {
            throw Problem.Conflict($"The data set is damaged and cannot be validated: {dataset.Failure}");
        }

        var manifest = await rows.Manifest(tenant, dataset.Uploaded, ct);
        var outlying = wanted.Contains(DatasetChecks.Outliers) ? await Outliers.Count(rows.Chunks(tenant, dataset.Uploaded, ct), manifest, dataset.Uploaded.LabelColumn) : 0;
        var facts = new DatasetMetadata(manifest.Profile, dataset.Uploaded.LabelColumn, outlying);
        var validated = new DatasetValidated(
            ResourceId.New("validation"), request.StrictMode, request.QualityThreshold,
            wanted.ToDictionary(check => check, check => DatasetChecks.Judge(check, facts, request.StrictMode, request.QualityThreshold)),
            DatasetChecks.Recommend(facts), time.GetUtcNow());
        await silo.Grain<DatasetGrain>(tenant, dataset.Id).Call((grain, token) => grain.Note(validated, http.EventMetadata(), token), ct);
        return Reply.Ok(
            new Response(
                validated.ValidationId, dataset.Id, "completed", validated.Checks.Values.All(check => check.Passed), validated.Checks.Values.Average(check => check.Score),
                validated.Checks, validated.Recommendations, validated.ValidatedAt),
            "Validation completed");
    }
}
