using System.Text.Json;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>
/// <c>POST …/sessions/{session_id}/metrics</c>: what somebody else's program measured, one epoch as
/// <c>{"epoch": 1, "train_loss": 0.5, …}</c> or several under <c>metrics</c>. An epoch that is reported again is replaced.
/// </summary>
internal static class ReportMetrics
{
    private const int MaxPoints = 1_000_000;
    private const int MaxNameLength = 100;

    /// <param name="SessionId">The session.</param>
    /// <param name="Recorded">How many numbers were taken.</param>
    /// <param name="CurrentEpoch">The session's last epoch now.</param>
    public sealed record Response(string SessionId, int Recorded, int CurrentEpoch);

    public static async Task<IResult> Handle(HttpContext http, string sessionId, Silo silo, TrainingSessionQueries sessions, MetricPoints points, TimeProvider time)
    {
        var session = await sessions.Get(http.Tenant(), sessionId, http.RequestAborted);
        TrainingSession.RequireReports(session, sessionId);
        var body = await Body.Read<Dictionary<string, JsonElement>>(http);
        var now = time.GetUtcNow();
        var reported = Read(body, now);
        var latest = reported.GroupBy(point => point.Epoch).MaxBy(epoch => epoch.Key)!;
        var best = BestOf(reported, session.Made.Configuration);
        var recorded = new TrainingSessionMetricsRecorded(
            reported.Count, reported.Min(point => point.Epoch), latest.Key, latest.ToDictionary(point => point.Metric, point => point.Value),
            [.. reported.Select(point => point.Metric).Distinct().Order(StringComparer.Ordinal)], best?.Epoch, best?.Value, MetricPoints.HashOf(reported), latest.Max(point => point.Measured), now);
        await points.Put(new StreamKey(http.Tenant(), sessionId), reported, http.RequestAborted);
        var run = await silo.Grain<TrainingSessionGrain>(http.Tenant(), sessionId).Call((grain, ct) => grain.Record(recorded, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Created($"/api/v1/training/sessions/{sessionId}/metrics", new Response(sessionId, reported.Count, run.Epoch), "Metrics recorded");
    }

    private static MetricPoint? BestOf(IEnumerable<MetricPoint> reported, SessionConfiguration configuration)
    {
        MetricPoint? best = null;
        foreach (var point in reported.Where(point => point.Metric == configuration.BestBy).OrderBy(point => point.Epoch))
        {
            best = best is not { } so || configuration.IsBetter(point.Value, so.Value) ? point : best;
        }

        return best;
    }

    private static IReadOnlyCollection<MetricPoint> Distinct(IEnumerable<MetricPoint> points)
    {
        var last = new Dictionary<(string, int), MetricPoint>();
        foreach (var point in points)
        {
            last[(point.Metric, point.Epoch)] = point;
        }

        return last.Values;
    }

    private static IReadOnlyList<MetricPoint> Read(Dictionary<string, JsonElement> body, DateTimeOffset now)
    {
        IEnumerable<MetricPoint> read;
        if (body.TryGetValue("metrics", out var several) && several.ValueKind == JsonValueKind.Array)
        {
            if (body.Keys.FirstOrDefault(name => name != "metrics") is { } stray)
            {
                throw new Problem(ProblemKind.Invalid, $"{stray}: unknown field beside metrics.", stray, "metrics alone, or one epoch");
            }

            read = several.EnumerateArray().SelectMany((epoch, i) => epoch.ValueKind == JsonValueKind.Object
                ? Epoch($"metrics[{i}].", epoch.EnumerateObject().Select(member => (member.Name, member.Value)), now)
                : throw Problem.Invalid($"metrics[{i}]", "an object"));
        }
        else
        {
            read = Epoch(string.Empty, body.Select(member => (member.Key, member.Value)), now);
        }

        var points = Distinct(read);
        return points.Count switch
        {
            0 => throw Problem.Invalid("metrics", "at least one metric"),
            > MaxPoints => throw Problem.Invalid("metrics", $"at most {MaxPoints} numbers at once"),
            _ => [.. points],
        };
    }

    private static IEnumerable<MetricPoint> Epoch(string prefix, IEnumerable<(string Name, JsonElement Value)> members, DateTimeOffset now)
    {
        int? epoch = null;
        var measured = now;
        var numbers = new List<(string Name, double Value)>();
        foreach (var (name, value) in members)
        {
            switch (name)
            {
                case "epoch":
                    epoch = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var whole) && whole >= 0
                        ? whole
                        : throw Problem.Invalid($"{prefix}epoch", "a whole number of at least 0", value.GetRawText());
                    break;
                case "timestamp":
                    measured = value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time)
                        ? time
                        : throw Problem.Invalid($"{prefix}timestamp", "a time in ISO 8601, such as 2024-01-01T00:00:00Z", value.GetRawText());
                    break;
                case { Length: > 0 and <= MaxNameLength } when !name.Any(char.IsControl) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number):
                    numbers.Add((name, number));
                    break;
                default:
                    throw Problem.Invalid($"{prefix}{name}", $"a finite number under a name of 1 to {MaxNameLength} characters", value.GetRawText());
            }
        }

        var of = epoch ?? throw new Problem(ProblemKind.Invalid, $"{prefix}epoch: field required.", $"{prefix}epoch", "a whole number of at least 0");
        return numbers.Select(number => new MetricPoint(number.Name, of, number.Value, measured));
    }
}
