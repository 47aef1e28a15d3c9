namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>
/// What looks odd and is no event: a reading that jumps once, a benign new level, an hour that repeats its last value. Whoever labels
/// recorded series leaves most of these out, so reporting one is a false alarm here too.
/// </summary>
internal static class NaturalOddities
{
    /// <param name="of">Draws numbers.</param>
    /// <param name="values">The series.</param>
    /// <param name="scale">Spread of the series.</param>
    public static void Plant(Backgrounds of, double[] values, double scale)
    {
        if (of.OneIn(2)) return;
        for (var left = of.Whole(1, 4); left > 0; left--)
        {
            var at = of.Whole(0, values.Length - 1);
            switch (of.Whole(0, 3))
            {
                case 0 or 1: Blip(of, values, at, scale); break;
                case 2: NewLevel(of, values, at, scale); break;
                default: Repeats(of, values, at); break;
            }
        }
    }

    private static void Blip(Backgrounds of, double[] values, int at, double scale) =>
        values[at] += (of.OneIn(3) ? -1 : 1) * of.Ratio(0.7, 4) * scale;

    private static void NewLevel(Backgrounds of, double[] values, int at, double scale)
    {
        var by = of.Between(-0.6, 0.6) * scale;
        for (var i = at; i < values.Length; i++) values[i] += by;
    }

    private static void Repeats(Backgrounds of, double[] values, int at) =>
        Array.Fill(values, values[at], at, Math.Min(of.Whole(3, 12), values.Length - at));
}
