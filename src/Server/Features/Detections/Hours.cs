namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Hours as the statistics count them.</summary>
internal static class Hours
{
    /// <summary>The hour in which a time lies.</summary>
    public static DateTimeOffset Of(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);
}
