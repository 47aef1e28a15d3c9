using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>From a time to just before another.</summary>
internal sealed record TimeRange(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>The words for how finely a range is cut.</summary>
    public static readonly IReadOnlyList<string> Granularities = ["hour", "day", "week"];

    /// <summary>Everything there is.</summary>
    public static readonly TimeRange Always = new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1000));

    /// <summary>A range of which the beginning, the end or both were told; what is missing follows from the other and a length.</summary>
    /// <exception cref="Problem">It ends before it begins.</exception>
    public static TimeRange Of(DateTimeOffset? start, DateTimeOffset? end, TimeSpan length, TimeProvider time)
    {
        var until = end ?? time.GetUtcNow();
        var from = start ?? until - length;
        return from <= until ? new TimeRange(from, until) : throw Problem.Invalid("start_time", "a time that is not after end_time", start);
    }

    /// <summary>How much of a bucket lies in the range and in the past.</summary>
    public TimeSpan Within(DateTimeOffset bucket, string granularity)
    {
        var length = granularity switch { "hour" => TimeSpan.FromHours(1), "day" => TimeSpan.FromDays(1), _ => TimeSpan.FromDays(7) };
        var (from, to) = (bucket > Start ? bucket : Start, bucket + length < End ? bucket + length : End);
        return to > from ? to - from : TimeSpan.Zero;
    }
}
