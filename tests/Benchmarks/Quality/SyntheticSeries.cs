using EventSourcedAnomaly.Benchmarks.Nab;

namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>
/// A corpus of made series with planted events: backgrounds of <see cref="Backgrounds"/>, oddities that are
/// no events, up to three events each, windows as the
/// benchmark lays them (together a tenth of the rows, around the onsets). Seeds are fixed; two corpora of different seeds share nothing.
/// </summary>
internal static class SyntheticSeries
{
    private static readonly DateTimeOffset Start = new(2024, 3, 4, 0, 0, 0, TimeSpan.Zero);

    /// <param name="seed">Seed of the corpus.</param>
    /// <param name="perBackground">Series of every background.</param>
    public static IReadOnlyList<NabSeries> Corpus(int seed, int perBackground) =>
    [
        .. Backgrounds.All.SelectMany((background, b) => Enumerable.Range(0, perBackground).Select(s =>
        {
            var random = new Random(HashCode(seed, b, s));
            return Series($"{background.Name} {s}", random, background.Rows, background.StepMinutes, background.Make);
        })),
    ];

    private static int HashCode(int seed, int background, int series) => (seed * 1_000_003 + background) * 10_007 + series;

    private static NabSeries Series(
        string name, Random random, int rows, int stepMinutes, Func<Backgrounds, int, double[]> make)
    {
        var backgrounds = new Backgrounds(random);
        var values = make(backgrounds, rows);
        double[] original = [.. values];
        NaturalOddities.Plant(backgrounds, values, PlantedEvents.Scale(values));
        var onsets = Onsets(random, rows);
        // later events first: one that lasts to the end must not undo what comes after it
        foreach (var onset in onsets.OrderDescending()) PlantedEvents.Plant(backgrounds, random, values, onset, 1_440 / stepMinutes);
        Measurable(values, original.Min() >= 0, Array.TrueForAll(original, double.IsInteger));
        var half = onsets.Length > 0 ? rows / 20 / onsets.Length : 0;
        var windows = onsets.Order().Select(o => new NabWindow(Math.Max(0, o - half), Math.Min(rows - 1, o + half))).ToArray();
        return new NabSeries(name, Times(random, rows, stepMinutes), values, windows);
    }

    /// <summary>Bytes, counts and prices stay at or above zero whatever happens, and counts stay whole.</summary>
    private static void Measurable(double[] values, bool isNeverNegative, bool isWhole)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (isNeverNegative) values[i] = Math.Max(0, values[i]);
            if (isWhole) values[i] = Math.Round(values[i]);
        }
    }

    /// <summary>None to three places in the last four fifths, at least an eighth of the rows apart.</summary>
    private static int[] Onsets(Random random, int rows)
    {
        var count = random.Next(20) switch { < 3 => 0, < 11 => 1, < 18 => 2, _ => 3 };
        var onsets = new List<int>();
        while (onsets.Count < count)
        {
            var onset = random.Next(rows / 5, rows * 19 / 20);
            if (onsets.TrueForAll(o => Math.Abs(o - onset) >= rows / 8)) onsets.Add(onset);
        }
        return [.. onsets];
    }

    /// <summary>One series in four has gaps in its time.</summary>
    private static DateTimeOffset[] Times(Random random, int rows, int stepMinutes)
    {
        var hasGaps = random.Next(4) == 0;
        var times = new DateTimeOffset[rows];
        var at = Start;
        for (var i = 0; i < rows; i++)
        {
            times[i] = at;
            at = at.AddMinutes(hasGaps && random.Next(400) == 0 ? stepMinutes * random.Next(2, 30) : stepMinutes);
        }
        return times;
    }
}
