using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>The column medians of a table, of evenly spaced rows when it is large.</summary>
internal static class TrainingCenter
{
    private const int MaxRows = 1024;

    public static double[] Of(Matrix x)
    {
        var taken = Math.Min(x.Rows, MaxRows);
        var column = new double[taken];
        var center = new double[x.Columns];
        for (var c = 0; c < center.Length; c++)
        {
            for (var i = 0; i < taken; i++) column[i] = x.Row((int)((long)i * x.Rows / taken))[c];
            Array.Sort(column);
            center[c] = OrderStatistics.Quantile(column, 0.5);
        }
        return center;
    }
}
