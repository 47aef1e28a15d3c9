namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>
/// Servers as they are monitored: bursts without a typical size, schedules, releases that shift the level, coarse readings.
/// </summary>
internal static class MachineBackgrounds
{
    private const int DayRows = 288;

    public static IReadOnlyList<Background> All { get; } =
    [
        new("bursty processor", 4_032, 5, BurstyProcessor),
        new("scheduled processor", 4_032, 5, ScheduledProcessor),
        new("idle network", 4_032, 5, IdleNetwork),
        new("busy network", 4_700, 5, BusyNetwork),
        new("disk writes", 4_032, 5, DiskWrites),
        new("released service", 4_032, 5, ReleasedService),
        new("autoscaled service", 18_050, 5, AutoscaledService),
        new("balanced requests", 4_032, 5, BalancedRequests),
    ];

    /// <summary>Mostly a quiet level, with bursts that decay within the hour; read in tenths or whole percents.</summary>
    private static double[] BurstyProcessor(Backgrounds b, int rows)
    {
        var (level, noise, every, tail, grain) =
            (b.Ratio(0.5, 50), b.Ratio(0.01, 0.15), b.Ratio(30, 600), b.Between(1, 2.5), b.OneIn(4) ? 1 : 0.1);
        var (burst, decay, wander) = (0.0, b.Between(0.1, 0.8), 0.0);
        return Rows(rows, _ =>
        {
            wander = 0.98 * wander + 0.2 * noise * b.Normal();
            burst = b.OneIn(every) ? 0.3 * b.Pareto(tail) : decay * burst;
            return Grained(Math.Clamp(level * (1 + wander + burst + noise * b.Normal()), 0, 100), grain);
        });
    }

    /// <summary>A job every so many minutes with a nightly one beside it, each a plateau of its own height and of varying length.</summary>
    private static double[] ScheduledProcessor(Backgrounds b, int rows)
    {
        var (level, noise, height, nightly) = (b.Between(1, 30), b.Ratio(0.05, 2), b.Ratio(3, 40), b.Between(10, 60));
        var (every, lasts, at, hours) = (b.Whole(6, 72), b.Whole(1, 4), b.Whole(0, DayRows - 1), b.Whole(6, 36));
        var (jobEnds, nightEnds) = (0, 0);
        return Rows(rows, i =>
        {
            if (i % every == 0) jobEnds = i + lasts + b.Whole(0, 1);
            if (i % DayRows == at) nightEnds = i + hours + b.Whole(-hours / 4, hours / 4);
            return Math.Clamp(level + (i < jobEnds ? height : 0) + (i < nightEnds ? nightly : 0) + noise * b.Normal(), 0, 100);
        });
    }

    /// <summary>Chatter of a few hundred bytes, and transfers thousands of times as large at no fixed time.</summary>
    private static double[] IdleNetwork(Backgrounds b, int rows)
    {
        var (chatter, every, tail, size) = (b.Ratio(40, 5_000), b.Ratio(15, 400), b.Between(0.7, 1.8), b.Ratio(3, 300));
        var regular = b.OneIn(2) ? b.Whole(12, 288) : int.MaxValue;
        return Rows(rows, i =>
        {
            var transfer = b.OneIn(every) ? size * b.Pareto(tail) : i % regular == regular - 1 ? size * b.Between(0.8, 1.2) : 0;
            return Math.Round(chatter * (Math.Exp(0.25 * b.Normal()) + transfer));
        });
    }

    /// <summary>Noise in proportion to a level that wanders over days; now and then a saturated hour that troubles nobody.</summary>
    private static double[] BusyNetwork(Backgrounds b, int rows)
    {
        var (level, swing, spread, every) = (b.Ratio(1e4, 1e8), b.Between(0, 0.8), b.Between(0.1, 0.6), b.Ratio(300, 3_000));
        var (wander, until, phase) = (0.0, 0, b.Between(0, 6));
        return Rows(rows, i =>
        {
            wander = 0.995 * wander + 0.04 * b.Normal();
            if (b.OneIn(every)) until = i + b.Whole(1, 12);
            return Math.Round(
                level * Math.Exp(swing * Math.Sin(2 * Math.PI * i / DayRows + phase) + wander + spread * b.Normal()) * (i < until ? 3 : 1));
        });
    }

    /// <summary>Zero most of the time; flushes whose size varies by orders of magnitude; a backup once a day or none.</summary>
    private static double[] DiskWrites(Backgrounds b, int rows)
    {
        var (quiet, size, spread) = (b.Between(0.3, 0.97), b.Ratio(1e4, 1e7), b.Between(0.3, 1.5));
        var (at, lasts, backup) = (b.Whole(0, DayRows - 1), b.Whole(1, 10), b.OneIn(2) ? b.Ratio(5, 50) : 0);
        return Rows(rows, i =>
        {
            var flush = b.OneIn(1 / (1 - quiet)) ? Math.Exp(spread * b.Normal()) : 0;
            var isBackup = (i % DayRows - at + DayRows) % DayRows < lasts;
            return Math.Round(size * (flush + (isBackup ? backup * b.Between(0.7, 1.3) : 0)));
        });
    }

    /// <summary>Every few days a release moves the level a little and for good, sometimes with the noise.</summary>
    private static double[] ReleasedService(Backgrounds b, int rows)
    {
        var (level, swing, noise, every) = (b.Ratio(5, 500), b.Between(0, 0.3), b.Ratio(0.01, 0.1), b.Ratio(600, 3_000));
        var phase = b.Between(0, 6);
        return Rows(rows, i =>
        {
            if (b.OneIn(every)) (level, noise) = (level * b.Ratio(0.8, 1.3), noise * (b.OneIn(3) ? b.Ratio(0.7, 1.5) : 1));
            return level * (1 + swing * Math.Sin(2 * Math.PI * i / DayRows + phase) + noise * b.Normal());
        });
    }

    /// <summary>Load per machine climbs until another machine is added, and falls back; the saw's teeth follow the day.</summary>
    private static double[] AutoscaledService(Backgrounds b, int rows)
    {
        var (demand, noise, upper, lower) = (b.Between(100, 1_000), b.Ratio(0.5, 5), b.Between(60, 80), b.Between(20, 35));
        var (machines, wander, swing) = (demand / 45, 0.0, b.Between(0.2, 0.7));
        return Rows(rows, i =>
        {
            wander = 0.99 * wander + 0.02 * b.Normal();
            var load = demand * (1 + swing * Math.Sin(2 * Math.PI * i / DayRows) + wander) / machines;
            if (load > upper) machines *= 1.5;
            else if (load < lower && machines > 1) machines /= 1.5;
            return Math.Clamp(load + noise * b.Normal(), 0, 100);
        });
    }

    /// <summary>Small counts per machine behind a balancer, with a night and, at times, a doubled quarter of an hour.</summary>
    private static double[] BalancedRequests(Backgrounds b, int rows)
    {
        var (rate, swing, clumps, every) = (b.Ratio(0.5, 150), b.Between(0, 0.8), b.Between(0.1, 0.7), b.Ratio(200, 2_000));
        var until = 0;
        return Rows(rows, i =>
        {
            if (b.OneIn(every)) until = i + b.Whole(1, 4);
            return b.Count(rate * (1 + swing * Math.Sin(2 * Math.PI * i / DayRows)) * (i < until ? 2 : 1), clumps);
        });
    }

    internal static double[] Rows(int rows, Func<int, double> value)
    {
        var values = new double[rows];
        for (var i = 0; i < rows; i++) values[i] = value(i);
        return values;
    }

    internal static double Grained(double value, double grain) => grain * Math.Round(value / grain);
}
