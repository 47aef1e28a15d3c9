namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>One kind of series.</summary>
/// <param name="Name">What it is like.</param>
/// <param name="Rows">Its length.</param>
/// <param name="StepMinutes">Time between rows.</param>
/// <param name="Make">Draws a series of so many rows.</param>
internal sealed record Background(string Name, int Rows, int StepMinutes, Func<Backgrounds, int, double[]> Make);

/// <summary>What a healthy system's series look like: made, not recorded, so that choices made on them need no recorded series.</summary>
/// <param name="random">Decides everything.</param>
internal sealed class Backgrounds(Random random)
{
    private const int DayRows = 288;

    /// <summary>Every kind of background.</summary>
    public static IReadOnlyList<Background> All { get; } =
    [
        new("daily load", 4_032, 5, (b, n) => b.DailyLoad(n, DayRows)),
        new("business hours", 4_032, 5, (b, n) => b.BusinessHours(n)),
        new("processor", 4_032, 5, (b, n) => b.Processor(n)),
        new("batch jobs", 4_032, 5, (b, n) => b.BatchJobs(n)),
        new("heavy tails", 4_700, 5, (b, n) => b.HeavyTails(n)),
        new("counts", 4_032, 5, (b, n) => b.Counts(n)),
        new("temperature", 6_000, 60, (b, n) => b.Temperature(n)),
        new("nearly flat", 4_032, 5, (b, n) => b.NearlyFlat(n)),
        new("hourly prices", 1_600, 60, (b, n) => b.HourlyPrices(n)),
        new("growth", 3_000, 10, (b, n) => b.Growth(n)),
        new("on and off", 4_032, 5, (b, n) => b.OnAndOff(n)),
        .. MachineBackgrounds.All,
        .. PeopleBackgrounds.All,
        .. PhysicalBackgrounds.All,
    ];

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public double Between(double low, double high) => low + (high - low) * random.NextDouble();

    /// <summary>Between two positive numbers, every ratio alike.</summary>
    public double Ratio(double low, double high) => low * Math.Pow(high / low, random.NextDouble());

    public bool OneIn(double odds) => random.NextDouble() * odds < 1;

    public int Whole(int low, int high) => random.Next(low, high + 1);

    /// <summary>A heavy-tailed factor of at least 1: Pareto's, cut off at 1,000.</summary>
    public double Pareto(double shape) => Math.Min(1_000, Math.Pow(1 - random.NextDouble(), -1 / shape));

    /// <summary>A count of the given mean whose variance is mean + clumps² · mean²: over-dispersed where clumps are positive.</summary>
    public double Count(double mean, double clumps)
    {
        var rate = mean * Math.Exp(clumps * Normal() - clumps * clumps / 2);
        if (rate > 30) return Math.Max(0, Math.Round(rate + Math.Sqrt(rate) * Normal()));
        var (count, product) = (-1, 1.0);
        do (count, product) = (count + 1, product * random.NextDouble());
        while (product > Math.Exp(-rate));
        return count;
    }

    private double[] DailyLoad(int rows, int day)
    {
        var (level, swing, noise, weekend) = (Ratio(10, 1000), Between(0.1, 0.6), Ratio(0.01, 0.2), Between(0.6, 1));
        var (phase, sharpness) = (Between(0, 1), Between(1, 3));
        var echo = 0.0;
        return Make(rows, i =>
        {
            echo = 0.7 * echo + Normal();
            var wave = Math.Pow((1 + Math.Sin(2 * Math.PI * ((double)i / day + phase))) / 2, sharpness);
            return level * (1 + swing * wave) * (i / day % 7 >= 5 ? weekend : 1) + 0.7 * noise * level * swing * echo;
        });
    }

    private double[] BusinessHours(int rows)
    {
        var (low, high, noise) = (Between(5, 30), Between(40, 90), random.Next(4) == 0 ? 0 : Ratio(0.1, 8));
        var (opens, closes) = (random.Next(60, 110), random.Next(180, 240));
        return Make(rows, i => (i % DayRows >= opens && i % DayRows < closes ? high : low) + noise * Normal());
    }

    private double[] Processor(int rows)
    {
        var (level, noise, rate) = (Ratio(1, 60), Ratio(0.01, 0.3), Ratio(0.0005, 0.01));
        var (drift, burst) = (0.0, 0.0);
        return Make(rows, _ =>
        {
            drift = 0.995 * drift + 0.02 * Normal();
            burst = random.NextDouble() < rate ? Ratio(0.2, 1) : 0.3 * burst;
            return Math.Clamp(level * (1 + 0.3 * drift + burst + noise * Normal()), 0, 100);
        });
    }

    private double[] BatchJobs(int rows)
    {
        var (level, height, noise) = (Between(1, 20), Between(20, 80), Ratio(0.1, 5));
        var (every, lasts, late) = (random.Next(36, 288), random.Next(2, 24), random.Next(0, 4));
        var next = every;
        var until = 0;
        return Make(rows, i =>
        {
            if (i == next) (until, next) = (i + lasts + random.Next(late + 1), i + every + random.Next(-late, late + 1));
            return level + (i < until ? height : 0) + noise * Normal();
        });
    }

    private double[] HeavyTails(int rows)
    {
        var (level, spread, rate, tail) = (Ratio(100, 1e6), Between(0.1, 0.8), Ratio(0.003, 0.05), Between(0.5, 1.2));
        return Make(rows, _ =>
            level * Math.Exp(spread * Normal()) * (random.NextDouble() < rate ? Math.Exp(2 + tail * Math.Abs(Normal())) : 1));
    }

    private double[] Counts(int rows)
    {
        var (rate, swing, clumps) = (Ratio(2, 200), Between(0, 0.9), Between(0, 0.5));
        return Make(rows, i =>
        {
            var mean = rate * (1 + swing * Math.Sin(2 * Math.PI * i / DayRows)) * Math.Exp(clumps * Normal());
            return Math.Max(0, Math.Round(mean + Math.Sqrt(mean) * Normal()));
        });
    }

    private double[] Temperature(int rows)
    {
        var (level, swing, noise, walk) = (Between(20, 90), Between(0.5, 5), Ratio(0.1, 1), 0.0);
        return Make(rows, i =>
        {
            walk = 0.99 * walk + 0.3 * Normal();
            return level + walk + swing * Math.Sin(2 * Math.PI * i / 24) + noise * Normal();
        });
    }

    private double[] NearlyFlat(int rows)
    {
        var (level, grain, rate) = (Ratio(0.1, 100), Ratio(0.001, 0.1), random.Next(3) == 0 ? 0 : Ratio(0.001, 0.1));
        return Make(rows, _ => level * (1 + (random.NextDouble() < rate ? grain * random.Next(-3, 4) : 0)));
    }

    private double[] HourlyPrices(int rows)
    {
        var (level, spread, swing, rate) = (Ratio(0.05, 5), Between(0.05, 0.4), Between(0, 0.3), Ratio(0.0005, 0.01));
        var echo = 0.0;
        return Make(rows, i =>
        {
            echo = 0.5 * echo + Normal();
            var burst = random.NextDouble() < rate ? Between(1.3, 2.5) : 1;
            return level * burst * Math.Exp(spread * 0.8 * echo) * (1 + swing * Math.Sin(2 * Math.PI * i / 24));
        });
    }

    private double[] Growth(int rows)
    {
        var (level, slope, noise, swing) = (Ratio(10, 1000), Between(-0.4, 1), Ratio(0.005, 0.1), Between(0, 0.2));
        return Make(rows, i => level * (1 + slope * i / rows + swing * Math.Sin(2 * Math.PI * i / 144) + noise * Normal()));
    }

    private double[] OnAndOff(int rows)
    {
        var (low, high, noise) = (Between(0, 20), Between(30, 90), Ratio(0.2, 6));
        var (toOn, toOff) = (Ratio(0.004, 0.05), Ratio(0.01, 0.1));
        var isOn = false;
        return Make(rows, _ =>
        {
            isOn = isOn ? random.NextDouble() >= toOff : random.NextDouble() < toOn;
            return (isOn ? high : low) + noise * Normal();
        });
    }

    private static double[] Make(int rows, Func<int, double> value)
    {
        var values = new double[rows];
        for (var i = 0; i < rows; i++) values[i] = value(i);
        return values;
    }
}
