namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>Thins a curve out so that it still looks the same: of each stretch the lowest and the highest point stay.</summary>
internal static class Thinning
{
    /// <summary>Which points stay, in order; all of them if they are few enough.</summary>
    /// <param name="values">The curve.</param>
    /// <param name="max">How many points may stay, at least 2.</param>
    public static IReadOnlyList<int> Keep(IReadOnlyList<double> values, int max)
    {
        if (values.Count <= max)
        {
            return [.. Enumerable.Range(0, values.Count)];
        }

        var stretches = max / 2;
        var kept = new List<int>(max);
        for (var stretch = 0; stretch < stretches; stretch++)
        {
            var from = (int)((long)values.Count * stretch / stretches);
            var to = (int)((long)values.Count * (stretch + 1) / stretches);
            var (lowest, highest) = (from, from);
            for (var i = from + 1; i < to; i++)
            {
                lowest = values[i] < values[lowest] ? i : lowest;
                highest = values[i] > values[highest] ? i : highest;
            }

            kept.Add(Math.Min(lowest, highest));
            if (lowest != highest)
            {
                kept.Add(Math.Max(lowest, highest));
            }
        }

        return kept;
    }
}
