using System.Globalization;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>When a delivery is tried again: by the example of Standard Webhooks, ten attempts over 75 hours and a half.</summary>
/// <param name="Waits">The time after each failed attempt but the last.</param>
internal sealed record RetrySchedule(IReadOnlyList<TimeSpan> Waits)
{
    /// <summary>By how much a wait may be longer or shorter, so that what failed together is not tried together again.</summary>
    private const double Jitter = 0.1;
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(24);

    /// <summary>5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h.</summary>
    public static readonly RetrySchedule Default =
        new([.. new[] { 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400 }.Select(seconds => TimeSpan.FromSeconds(seconds))]);

    /// <summary>How often it is tried in all.</summary>
    public int Attempts => Waits.Count + 1;

    /// <summary>How long to wait after an attempt that failed; null when it was the last.</summary>
    /// <param name="attempt">Which attempt failed, from 1.</param>
    /// <param name="asked">How long the address asked to be left alone; null when it did not.</param>
    /// <param name="random">From 0 to below 1.</param>
    public TimeSpan? After(int attempt, TimeSpan? asked, double random)
    {
        if (attempt > Waits.Count)
        {
            return null;
        }

        var wait = Waits[attempt - 1] * (1 - Jitter + (2 * Jitter * random));
        var wanted = asked > MaxWait ? MaxWait : asked;
        return wanted > wait ? wanted : wait;
    }

    /// <summary>Reads waits in seconds, separated by commas.</summary>
    public static RetrySchedule Parse(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Default;
        }

        var waits = text.Split(',', StringSplitOptions.TrimEntries)
            .Select(part => double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                && seconds <= MaxWait.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw new SettingException(
                    $"{name}: expected seconds from 0 to {MaxWait.TotalSeconds}, separated by commas, got '{text}'."));
        return new RetrySchedule([.. waits]);
    }
}
