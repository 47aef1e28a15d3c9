namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>Locally weighted linear regression (Cleveland 1979) of a series on its row number, with tricube weights.</summary>
internal static class Loess
{
    /// <summary>Fitted values at rows <paramref name="first"/> … <paramref name="end"/> - 1, which may lie outside of the series.</summary>
    /// <param name="values">At rows 0, 1, 2 ….</param>
    /// <param name="weights">Of the rows, from 0 to 1.</param>
    /// <param name="span">Nearest rows that take part in a fit.</param>
    /// <param name="first">First row to fit.</param>
    /// <param name="end">Row after the last to fit.</param>
    public static double[] Smooth(double[] values, double[] weights, int span, int first, int end)
    {
        var fitted = new double[end - first];
        for (var row = first; row < end; row++) fitted[row - first] = At(values, weights, span, row);
        return fitted;
    }

    private static double At(double[] values, double[] weights, int span, int row)
    {
        var from = Math.Clamp(row - span / 2, 0, Math.Max(0, values.Length - span));
        var to = Math.Min(values.Length, from + span);
        var reach = (double)Math.Max(row - from, to - 1 - row);
        // a span wider than the series flattens the weights, as in the paper
        if (span > values.Length) reach += (span - values.Length) / 2;
        double total = 0, meanX = 0, meanY = 0;
        for (var i = from; i < to; i++)
        {
            var w = weights[i] * Tricube(Math.Abs(i - row) / Math.Max(reach, 1) * 0.999);
            (total, meanX, meanY) = (total + w, meanX + w * i, meanY + w * values[i]);
        }
        if (total <= 0) return values[Math.Clamp(row, 0, values.Length - 1)];
        (meanX, meanY) = (meanX / total, meanY / total);
        double xx = 0, xy = 0;
        for (var i = from; i < to; i++)
        {
            var w = weights[i] * Tricube(Math.Abs(i - row) / Math.Max(reach, 1) * 0.999);
            (xx, xy) = (xx + w * (i - meanX) * (i - meanX), xy + w * (i - meanX) * (values[i] - meanY));
        }
        // all weight on one row leaves no slope to estimate
        return xx > 1e-6 * total ? meanY + xy / xx * (row - meanX) : meanY;
    }

    private static double Tricube(double distance)
    {
        var rest = 1 - distance * distance * distance;
        return rest > 0 ? rest * rest * rest : 0;
    }
}
