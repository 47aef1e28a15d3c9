namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>What goes wrong in a series: each event changes the rows from its onset on.</summary>
internal static class PlantedEvents
{
    private static readonly Action<Context>[] Events =
    [
        Spike, Spike, Dip, LevelShift, LevelShift, Plateau, Plateau, Stuck, Zero, LouderNoise, QuieterNoise, LostSeason, LargerSeason,
        Ramp, ManySpikes, Popularity, WarningAndStop,
    ];

    /// <param name="Of">Draws numbers.</param>
    /// <param name="Random">Draws choices.</param>
    /// <param name="Values">The series.</param>
    /// <param name="Onset">First row of the event.</param>
    /// <param name="Day">Rows of a day.</param>
    /// <param name="Scale">Spread of the background: its central 90 %, halved.</param>
    private sealed record Context(Backgrounds Of, Random Random, double[] Values, int Onset, int Day, double Scale)
    {
        public double Sign { get; } = Random.Next(3) == 0 ? -1 : 1;

        public IEnumerable<int> Rows(int count) => Enumerable.Range(Onset, Math.Max(0, Math.Min(count, Values.Length - Onset)));
    }

    public static void Plant(Backgrounds of, Random random, double[] values, int onset, int day) =>
        Events[random.Next(Events.Length)](new Context(of, random, values, onset, day, Scale(values)));

    /// <summary>The central 90 % of the values, halved; never 0.</summary>
    public static double Scale(double[] values)
    {
        var sorted = values.Order().ToArray();
        var scale = (sorted[values.Length * 95 / 100] - sorted[values.Length * 5 / 100]) / 2;
        return scale > 0 ? scale : Math.Max(1e-3, 0.05 * Math.Abs(sorted[values.Length / 2]));
    }

    private static void Spike(Context c)
    {
        var height = c.Of.Ratio(2, 12) * c.Scale;
        foreach (var i in c.Rows(c.Random.Next(1, 5))) c.Values[i] += height * c.Of.Between(0.7, 1);
    }

    private static void Dip(Context c)
    {
        var depth = c.Of.Ratio(2, 8) * c.Scale;
        foreach (var i in c.Rows(c.Random.Next(1, 8))) c.Values[i] -= depth;
    }

    private static void LevelShift(Context c) => Shift(c, c.Values.Length);

    private static void Plateau(Context c) => Shift(c, c.Random.Next(10, 2 * c.Day + 11));

    private static void Shift(Context c, int rows)
    {
        var by = c.Sign * c.Of.Ratio(1, 6) * c.Scale;
        foreach (var i in c.Rows(rows)) c.Values[i] += by;
    }

    private static void Stuck(Context c)
    {
        var value = c.Values[c.Onset];
        foreach (var i in c.Rows(c.Random.Next(c.Day / 4, c.Day + 1))) c.Values[i] = value;
    }

    private static void Zero(Context c)
    {
        foreach (var i in c.Rows(c.Random.Next(3, c.Day))) c.Values[i] = 0;
    }

    private static void LouderNoise(Context c)
    {
        var extra = c.Of.Ratio(0.7, 3) * c.Scale;
        foreach (var i in c.Rows(c.Random.Next(c.Day / 4, 2 * c.Day))) c.Values[i] += extra * c.Of.Normal();
    }

    private static void QuieterNoise(Context c)
    {
        var share = c.Of.Between(0, 0.3);
        var rows = c.Rows(c.Random.Next(c.Day / 2, 2 * c.Day)).ToArray();
        var mean = rows.Average(i => c.Values[i]);
        foreach (var i in rows) c.Values[i] = mean + share * (c.Values[i] - mean);
    }

    /// <summary>A day stays as it was at its beginning.</summary>
    private static void LostSeason(Context c)
    {
        var before = c.Values[Math.Max(0, c.Onset - c.Day / 8)..(c.Onset + 1)];
        foreach (var i in c.Rows(c.Day)) c.Values[i] = before[c.Random.Next(before.Length)];
    }

    private static void LargerSeason(Context c)
    {
        var mean = c.Values.Average();
        var factor = c.Of.Between(1.4, 2.5);
        foreach (var i in c.Rows(c.Day)) c.Values[i] = mean + factor * (c.Values[i] - mean);
    }

    private static void Ramp(Context c)
    {
        var rows = c.Random.Next(50, 400);
        var height = c.Sign * c.Of.Ratio(2, 6) * c.Scale;
        foreach (var i in c.Rows(rows)) c.Values[i] += height * (i - c.Onset) / rows;
    }

    private static void ManySpikes(Context c)
    {
        var (every, height) = (c.Random.Next(3, 20), c.Of.Ratio(1, 5) * c.Scale);
        foreach (var i in c.Rows(c.Random.Next(c.Day / 4, 2 * c.Day)).Where(i => (i - c.Onset) % every == 0)) c.Values[i] += height;
    }

    /// <summary>Jumps up and fades away.</summary>
    private static void Popularity(Context c)
    {
        var (height, fades) = (c.Of.Ratio(3, 15) * c.Scale, c.Of.Between(0.8, 0.98));
        foreach (var i in c.Rows(c.Day)) c.Values[i] += height * Math.Pow(fades, i - c.Onset);
    }

    /// <summary>A small departure, then, within a day or two, a stop far below.</summary>
    private static void WarningAndStop(Context c)
    {
        var warning = c.Random.Next(c.Day / 4, 2 * c.Day);
        var stop = c.Random.Next(6, c.Day);
        var (sign, small, deep) = (c.Sign, c.Of.Ratio(0.7, 2) * c.Scale, c.Of.Ratio(3, 8) * c.Scale);
        foreach (var i in c.Rows(warning + stop)) c.Values[i] += i < c.Onset + warning ? sign * small : -deep;
    }
}
