using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>From a time to just before another.</summary>
internal sealed record TimeRange(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>The words for how finely a range is cut.</summary>
    public static readonly IReadOnlyList<string> Granularities = ["hour", "day", "week"];

    /// <summary>Everything there is.</summary>
    public static readonly TimeRange Always = new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1000));

    /// <summary>Reads <c>start_time</c> and <c>end_time</c>; what is missing follows from the other and a length.</summary>
    public static TimeRange Of(HttpContext http, TimeSpan length)
    {
        var end = http.Time("end_time") ?? http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var start = http.Time("start_time") ?? end - length;
        return start <= end ? new TimeRange(start, end) : throw Problem.Invalid("start_time", "a time that is not after end_time", http.Text("start_time"));
    }

    /// <summary>Reads how finely a range is to be cut.</summary>
    public static string Granularity(HttpContext http, string name, string otherwise) =>
        http.Text(name) is not { } given ? otherwise
        : Granularities.Contains(given) ? given
        : throw Problem.Invalid(name, $"one of: {string.Join(", ", Granularities)}", given);

    /// <summary>How much of a bucket lies in the range and in the past.</summary>
    public TimeSpan Within(DateTimeOffset bucket, string granularity)
    {
        var length = granularity switch { "hour" => TimeSpan.FromHours(1), "day" => TimeSpan.FromDays(1), _ => TimeSpan.FromDays(7) };
        var (from, to) = (bucket > Start ? bucket : Start, bucket + length < End ? bucket + length : End);
        return to > from ? to - from : TimeSpan.Zero;
    }
}
