using static EventSourcedAnomaly.Benchmarks.Quality.MachineBackgrounds;

namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>What people do together: messages, journeys, road traffic and auctions, with days, weeks, rush hours and fashions.</summary>
internal static class PeopleBackgrounds
{
    public static IReadOnlyList<Background> All { get; } =
    [
        new("messages", 15_840, 5, (b, n) => Messages(b, n, 2, 60)),
        new("rare messages", 8_000, 5, (b, n) => Messages(b, n, 0.1, 2)),
        new("journeys", 10_320, 30, Journeys),
        new("road speed", 2_500, 10, (b, n) => Road(b, n, 144, rush => 65 - 35 * rush, 0.05)),
        new("road occupancy", 2_400, 10, (b, n) => Road(b, n, 144, rush => 4 + 25 * rush, 0.25)),
        new("travel time", 2_200, 15, (b, n) => Road(b, n, 96, rush => 60 / (1 - 0.75 * rush), 0.2)),
        new("cost per click", 1_600, 60, CostPerClick),
        new("cost per view", 1_640, 60, CostPerView),
    ];

    /// <summary>Over-dispersed counts; now and then something becomes popular and is forgotten within hours.</summary>
    private static double[] Messages(Backgrounds b, int rows, double low, double high)
    {
        var (rate, swing, clumps, every, phase) =
            (b.Ratio(low, high), b.Between(0.2, 0.9), b.Between(0.1, 0.6), b.Ratio(400, 4_000), b.Between(0, 6));
        var (popular, fades, weekend) = (0.0, b.Between(0.7, 0.97), b.Between(0.6, 1.1));
        return Rows(rows, i =>
        {
            popular = b.OneIn(every) ? 0.5 * b.Pareto(1.5) : fades * popular;
            return b.Count(rate * (1 + swing * Math.Sin(2 * Math.PI * i / 288 + phase)) * (i / 288 % 7 >= 5 ? weekend : 1) * (1 + popular),
                clumps);
        });
    }

    /// <summary>A city's journeys: a shape of the working day and another of the weekend, noise of a few percent, slow growth.</summary>
    private static double[] Journeys(Backgrounds b, int rows)
    {
        var (level, noise, growth) = (b.Ratio(100, 20_000), b.Ratio(0.02, 0.1), b.Between(-0.2, 0.2));
        var (morning, evening, night) = (b.Between(0.3, 1), b.Between(0.5, 1.2), b.Between(0.1, 0.6));
        var day = 1.0;
        return Rows(rows, i =>
        {
            if (i % 48 == 0) day = 1 + noise * b.Normal();
            var hour = i % 48 / 2.0;
            var isWeekend = i / 48 % 7 >= 5;
            var shape = 0.15 + (isWeekend ? 0.4 * morning * Bump(hour, 13, 4) : morning * Bump(hour, 8.5, 1.5) + 0.3 * Bump(hour, 13, 3))
                + evening * Bump(hour, 18.5, 2.5) + (isWeekend ? 2 : 1) * night * (Bump(hour, 0, 1.5) + Bump(hour, 24, 1.5));
            return Math.Round(level * day * shape * (1 + growth * i / rows) * (1 + 0.5 * noise * b.Normal()));
        });
    }

    /// <summary>
    /// Rush hours on working days, each a little earlier, later, longer or worse than the last; some days a jam that is none of ours.
    /// </summary>
    private static double[] Road(Backgrounds b, int rows, int perDay, Func<double, double> reading, double noise)
    {
        var (morning, evening, spread) = (b.Between(0.2, 0.9), b.Between(0.3, 1), noise * b.Ratio(0.5, 2));
        var (today, shift, jamAt, jam, echo) = (1.0, 0.0, 0.0, 0.0, 0.0);
        return Rows(rows, i =>
        {
            if (i % perDay == 0)
                (today, shift, jamAt, jam) =
                    (b.Between(0.6, 1.1), 0.4 * b.Normal(), b.Between(6, 22), b.OneIn(12) ? b.Between(0.3, 0.9) : 0);
            var hour = i % perDay * 24.0 / perDay;
            var work = i / perDay % 7 >= 5 ? 0.15 : 1;
            var rush = work * today * (morning * Bump(hour, 8 + shift, 1) + evening * Bump(hour, 17.5 + shift, 1.4))
                + jam * Bump(hour, jamAt, 0.5);
            echo = 0.6 * echo + 0.8 * spread * b.Normal();
            return Math.Max(0, Math.Round(reading(Math.Clamp(rush, 0, 0.95)) * (1 + echo)));
        });
    }

    /// <summary>What a click costs: an auction's price, skewed, with single dear hours.</summary>
    private static double[] CostPerClick(Backgrounds b, int rows)
    {
        var (level, spread, swing, every, tail) =
            (b.Ratio(0.05, 2), b.Between(0.1, 0.4), b.Between(0, 0.3), b.Ratio(40, 600), b.Between(2, 5));
        var echo = 0.0;
        return Rows(rows, i =>
        {
            echo = 0.4 * echo + b.Normal();
            return level * Math.Exp(spread * echo) * (1 + swing * Math.Sin(2 * Math.PI * i / 24)) * (b.OneIn(every)
                ? 1.5 * b.Pareto(tail) : 1);
        });
    }

    /// <summary>What a thousand queries cost: campaigns end and begin, and with them the level and its spread.</summary>
    private static double[] CostPerView(Backgrounds b, int rows)
    {
        var (level, spread, every) = (b.Ratio(0.1, 3), b.Between(0.05, 0.3), b.Ratio(100, 800));
        var (campaign, floor) = (1.0, b.Between(0.1, 0.5));
        return Rows(rows, i =>
        {
            if (b.OneIn(every)) campaign = b.Ratio(0.75, 1.35);
            var hour = 1 + 0.2 * Math.Sin(2 * Math.PI * i / 24);
            return level * Math.Max(floor, campaign * hour * (1 + spread * b.Normal() + (b.OneIn(80) ? spread * 3 * b.Pareto(3) : 0)));
        });
    }

    private static double Bump(double hour, double at, double width) => Math.Exp(-(hour - at) * (hour - at) / (2 * width * width));
}
