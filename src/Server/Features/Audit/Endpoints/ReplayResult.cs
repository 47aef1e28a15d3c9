using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detections.Endpoints;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>
/// Judges the recorded rows again with the recorded model, and says whether every score comes out the same to the last bit.
/// </summary>
internal sealed class ReplayResult(ResultQueries results, RecordedDetections rows, BuildInfo build)
    : Endpoint<ReplayResult.Request, ReplayResult.Response>
{
    private const int DifferencesShown = 100;

    public sealed record Request
    {
        [RouteParam]
        public string ResultId { get; init; } = string.Empty;
    }

    public sealed record Difference(int Index, double Recorded, double Replayed);

    public new sealed record Response(
        string ResultId, string? DetectorId, bool BitIdentical, int Rows, bool InputIntact,
        [property: JsonPropertyName("verdicts_intact")] bool PredictionsIntact,
        bool ModelIntact, string ModelSha256, int ModelVersion, string InputSha256, string RecordedCodeVersion, string CodeVersion,
        DateTimeOffset CompletedAt,
        int DifferenceCount, IReadOnlyList<Difference> Differences);

    public override void Configure()
    {
        Post("/api/v1/audit/results/{result_id}/replay");
        this.Needs(Access.Audit);
        Summary(s => s.Summary = "Judge a result's rows again and compare to the bit");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var tenant = HttpContext.Tenant();
        var recorded = await results.Get(tenant, ResourceId.Canonical("result", request.ResultId), ct);
        var model = await rows.ModelOf(tenant, recorded, ct);
        var (judged, differing, differences, sure) = (0, 0, new List<Difference>(), true);
        await foreach (var (before, again) in rows.Judge(tenant, recorded, model, ct))
        {
            var differ = Differences(before.Scores, again.Scores);
            differences.AddRange(differ.Take(DifferencesShown - differences.Count)
                .Select(i => new Difference(judged + i, before.Scores[i], again.Scores[i])));
            differing += differ.Count;
            sure &= Same(before.Confidences, again.Confidences);
            judged += before.Scores.Length;
        }

        return new Response(
            recorded.Id, GetResult.DetectorOf(recorded), differing == 0 && sure, judged, await rows.InputIntact(tenant, recorded, ct),
            await rows.PredictionsIntact(tenant, recorded, ct), model.Sha256 == recorded.ModelSha256, recorded.ModelSha256,
            recorded.ModelVersion,
            recorded.InputSha256, recorded.CodeVersion, build.Version, recorded.CompletedAt, differing, differences);
    }

    private static List<int> Differences(double[] before, double[] after) =>
        [.. Enumerable.Range(0, before.Length)
            .Where(i => i >= after.Length || BitConverter.DoubleToInt64Bits(before[i]) != BitConverter.DoubleToInt64Bits(after[i]))];

    private static bool Same(double[] before, double[] after) =>
        MemoryMarshal.AsBytes<double>(before).SequenceEqual(MemoryMarshal.AsBytes<double>(after));
}
