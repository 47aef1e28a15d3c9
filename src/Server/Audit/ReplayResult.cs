using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Detection;
using EventSourcedAnomaly.Server.Detectors;
using EventSourcedAnomaly.Server.Hosting;
using EventSourcedAnomaly.Server.Security;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Audit;

/// <summary>
/// <c>POST /api/v1/audit/results/{result_id}/replay</c>: judges the recorded rows again with the recorded model, and says
/// whether every score comes out the same to the last bit.
/// </summary>
internal static class ReplayResult
{
    private const int DifferencesShown = 100;

    public static async Task<IResult> Handle(HttpContext http, string resultId, EventStore store, ResultViews results, LoadedModels models, BuildInfo build)
    {
        http.Principal().Require(Role.Auditor);
        var ct = http.RequestAborted;
        var stream = new StreamKey(http.Tenant(), ResourceId.Canonical("result", resultId));
        var recorded = await results.Get(stream.Tenant, stream.Id, ct);
        var model = await models.Load(stream.Tenant, recorded.DetectorId, await FactsOf(store, stream.Tenant, recorded, ct), ct);
        var input = await Bytes(store, stream, DetectionDesk.Input, ct);
        var output = await Bytes(store, stream, DetectionDesk.Output, ct);
        var numbers = NumberBlock.Decode(input);
        var again = Verdicts.Of(model, new Matrix(numbers.Length / model.Facts.FeatureCount, model.Facts.FeatureCount, numbers), ct);
        var before = Verdicts.FromBytes(output);
        var differences = Differences(before.Scores, again.Scores);
        return Reply.Ok(new Response(
            stream.Id, recorded.DetectorId, differences.Count == 0 && Same(before.Confidences, again.Confidences), before.Scores.Length,
            Matches(input, recorded.InputSha256), Matches(output, recorded.VerdictsSha256), model.Facts.Sha256 == recorded.ModelSha256,
            recorded.ModelSha256, recorded.ModelVersion, recorded.InputSha256, recorded.CodeVersion, build.Version, recorded.CompletedAt, differences.Count,
            [.. differences.Take(DifferencesShown).Select(i => new Difference(i, before.Scores[i], again.Scores[i]))]));
    }

    public sealed record Difference(int Index, double Recorded, double Replayed);

    public sealed record Response(
        string ResultId, string DetectorId, bool BitIdentical, int Rows, bool InputIntact, bool VerdictsIntact, bool ModelIntact, string ModelSha256, int ModelVersion,
        string InputSha256, string RecordedCodeVersion, string CodeVersion, DateTimeOffset CompletedAt, int DifferenceCount, IReadOnlyList<Difference> Differences);

    // The detector may have newer models, or be deleted: the log still knows the one that judged.
    private static async Task<TrainedModel> FactsOf(EventStore store, string tenant, DetectionCompleted result, CancellationToken ct) =>
        (await store.Events.Stream(new StreamKey(tenant, result.DetectorId), ct))
            .Select(recorded => store.Types.Deserialize(recorded))
            .OfType<DetectorTrained>()
            .Select(trained => trained.Model)
            .FirstOrDefault(model => model.TrainingId == result.TrainingId)
        ?? throw new InvalidDataException($"The log has no model of {result.TrainingId}.");

    private static async Task<byte[]> Bytes(EventStore store, StreamKey stream, string name, CancellationToken ct) =>
        await store.Attachments.Get(stream, name, ct) ?? throw Problem.Conflict($"The result's {name} is no longer stored; it cannot be replayed.");

    private static bool Matches(byte[] bytes, string sha256) => Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256;

    private static List<int> Differences(double[] before, double[] after) =>
        [.. Enumerable.Range(0, before.Length).Where(i => i >= after.Length || BitConverter.DoubleToInt64Bits(before[i]) != BitConverter.DoubleToInt64Bits(after[i]))];

    private static bool Same(double[] before, double[] after) => MemoryMarshal.AsBytes<double>(before).SequenceEqual(MemoryMarshal.AsBytes<double>(after));
}
