using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>
/// Takes what somebody else's program measured, one epoch as <c>{"epoch": 1, "train_loss": 0.5, …}</c> or several under <c>metrics</c>. An
/// epoch that is reported again is replaced.
/// </summary>
internal sealed class ReportMetrics(IGrainFactory grains, TrainingSessionQueries sessions, MetricPoints points, TimeProvider time)
    : Endpoint<ReportMetrics.Request, ReportMetrics.Response>
{
    private const int MaxPoints = 1_000_000;
    private const int MaxNameLength = 100;

    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;

        /// <summary>The metrics by name.</summary>
        [JsonExtensionData]
        public Dictionary<string, JsonElement> Members { get; init; } = [];
    }

    /// <param name="SessionId">The session.</param>
    /// <param name="Recorded">How many numbers were taken.</param>
    /// <param name="CurrentEpoch">The session's last epoch now.</param>
    public new sealed record Response(string SessionId, int Recorded, int CurrentEpoch);

    public override void Configure()
    {
        Post("/api/v1/training/sessions/{session_id}/metrics");
        this.Needs(Access.Build);
        this.TakesAtMost(BodySize.Data);
        this.Answers(StatusCodes.Status201Created, "Metrics recorded");
        Summary(s => s.Summary = "Report what an external trainer measured");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, sessionId) = (HttpContext, request.SessionId);
        var session = await sessions.Get(http.Tenant(), sessionId, http.RequestAborted);
        TrainingSession.RequireReports(session, sessionId);
        var now = time.GetUtcNow();
        var reported = Read(request.Members, now);
        var latest = reported.GroupBy(point => point.Epoch).MaxBy(epoch => epoch.Key)!;
        var best = BestOf(reported, session.Made.Configuration);
        var recorded = new TrainingSessionMetricsRecorded(
            reported.Count, reported.Min(point => point.Epoch), latest.Key,
            latest.ToDictionary(point => point.Metric, point => point.Value),
            [.. reported.Select(point => point.Metric).Distinct().Order(StringComparer.Ordinal)], best?.Epoch, best?.Value,
            MetricPoints.HashOf(reported),
            latest.Max(point => point.Measured), now);
        await points.Put(new StreamKey(http.Tenant(), sessionId), reported, http.RequestAborted);
        await grains.Of<ITrainingSessionGrain>(http.Tenant(), sessionId).Record(recorded, http.RequestAborted);
        var run = await sessions.Get(http.Tenant(), sessionId, http.RequestAborted);
        http.Locate($"/api/v1/training/sessions/{sessionId}/metrics");
        return new Response(sessionId, reported.Count, run.Epoch);
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
                        : throw Problem.Invalid($"{prefix}timestamp", "a time in ISO 8601, such as 2024-01-01T00:00:00Z",
                            value.GetRawText());
                    break;
                case { Length: > 0 and <= MaxNameLength } when !name.Any(char.IsControl) && IsFinite(value, out var number):
                    numbers.Add((name, number));
                    break;
                default:
                    throw Problem.Invalid($"{prefix}{name}", $"a finite number under a name of 1 to {MaxNameLength} characters",
                        value.GetRawText());
            }
        }

        var of = epoch ?? throw new Problem(ProblemKind.Invalid, $"{prefix}epoch: field required.", $"{prefix}epoch",
            "a whole number of at least 0");
        return numbers.Select(number => new MetricPoint(number.Name, of, number.Value, measured));
    }

    private static bool IsFinite(JsonElement value, out double number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number) && double.IsFinite(number);
    }
}
