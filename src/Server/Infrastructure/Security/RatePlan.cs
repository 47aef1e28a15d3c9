namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>How many requests of some kind may be made in a stretch of time.</summary>
/// <param name="Name">What headers call it.</param>
/// <param name="Amount">How many.</param>
/// <param name="Window">In which time.</param>
internal sealed record RateLimit(string Name, int Amount, TimeSpan Window)
{
    /// <summary>How many windows' worth may be used at once, within as many windows.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>What is counted.</summary>
    public int Total => Amount * Burst;

    /// <summary>For how long it is counted, in seconds.</summary>
    public long Seconds => (long)Window.TotalSeconds * Burst;
}

/// <summary>What a key or a user may ask for, as the contracts name it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Limits">What holds for requests; the first is the one that <c>X-RateLimit-*</c> speaks of.</param>
internal sealed record RatePlan(string Name, params IReadOnlyList<RateLimit> Limits)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Minute = TimeSpan.FromMinutes(1), Hour = TimeSpan.FromHours(1),
        Day = TimeSpan.FromDays(1);

    /// <summary>None: no limits, no headers.</summary>
    public static readonly RatePlan Internal = new("internal");

    /// <summary>The Platform contract's, and of whoever is not given another.</summary>
    public static readonly RatePlan Default = new("platform", new RateLimit("default", 1000, Minute), new RateLimit("burst", 100, Second))
    {
        Detection = [new RateLimit("detection", 10_000, Minute)],
        MaxConcurrentTrainings = 10,
    };

    /// <summary>Those that a key or a user may have.</summary>
    public static readonly IReadOnlyList<RatePlan> All =
    [
        Default,
        new("standard", new RateLimit("standard", 1000, Hour)),
        new("enterprise", new RateLimit("enterprise", 10_000, Hour)),
        new("reference", new RateLimit("reference", 1000, Hour)),
        new("premium", new RateLimit("premium", 10_000, Hour)),
        // A short burst may use the minute after as well: twice the rate in one minute, the rate itself over two.
        new("operations", new RateLimit("default", 100, Minute) { Burst = 2 }, new RateLimit("daily", 10_000, Day)),
        new("training", new RateLimit("minute", 100, Minute), new RateLimit("hour", 1000, Hour)) { ByAddress = true },
        Internal,
    ];

    /// <summary>What holds for detections instead; null when they count as all requests do.</summary>
    public IReadOnlyList<RateLimit>? Detection { get; init; }

    /// <summary>How many trainings may be under way at once; null for any number.</summary>
    public int? MaxConcurrentTrainings { get; init; }

    /// <summary>Whether it is counted by address rather than by key or user.</summary>
    public bool ByAddress { get; init; }

    /// <summary>What holds for a request.</summary>
    public IReadOnlyList<RateLimit> For(Access access) => access.IsDetection ? Detection ?? Limits : Limits;

    /// <summary>What holds for an address that shows no credential.</summary>
    public static RatePlan Anonymous(int perHour) => new("anonymous", new RateLimit("anonymous", perHour, Hour)) { ByAddress = true };

    /// <summary>A plan by its name; what is not known falls to the default.</summary>
    public static RatePlan Of(string name) => All.FirstOrDefault(plan => plan.Name == name) ?? Default;
}
