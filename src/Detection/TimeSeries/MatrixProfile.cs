namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// The matrix profile by STOMP (Zhu et al. 2016): for every subsequence the z-normalised Euclidean distance to its nearest neighbour
/// that does not overlap by more than three quarters. The largest values are discords, the smallest motifs.
/// </summary>
/// <param name="Distances">One per subsequence, <c>values.Length - m + 1</c>; infinite where there is no neighbour.</param>
/// <param name="Indices">Where the nearest neighbour starts; -1 where there is none.</param>
public sealed record MatrixProfile(double[] Distances, int[] Indices)
{
    /// <summary>Computes the profile in O(n²) time and O(n) memory.</summary>
    /// <param name="values">Finite values; fill missing ones first.</param>
    /// <param name="m">Length of a subsequence, from 4 to half the series.</param>
    /// <param name="left">Only neighbours that start earlier count, as if the series were a stream.</param>
    /// <param name="ct">Stops the computation.</param>
    /// <exception cref="ArgumentException">A value is missing or beyond ±1e75; the message gives its row.</exception>
    public static MatrixProfile Compute(ReadOnlySpan<double> values, int m, bool left = false, CancellationToken ct = default)
    {
        if (m < 4 || m > values.Length / 2) throw new ParameterException("m", $"an integer from 4 to {values.Length / 2}", $"{m}");
        Series.Check(values, allowsMissing: false);
        values = Series.InUsableUnit(values);
        var count = values.Length - m + 1;
        var (means, deviations) = Moving(values, m);
        var (distances, indices) = (new double[count], new int[count]);
        Array.Fill(distances, double.PositiveInfinity);
        Array.Fill(indices, -1);
        var exclusion = (m + 3) / 4;
        // dot products of one diagonal follow from one another
        for (var lag = exclusion + 1; lag < count; lag++)
        {
            ct.ThrowIfCancellationRequested();
            var product = 0.0;
            for (var k = 0; k < m; k++) product += (values[k] - means[0]) * (values[k + lag] - means[lag]);
            for (var i = 0; i + lag < count; i++)
            {
                var j = i + lag;
                if (i > 0) product = NextCovariance(values, means, m, i, j, product);
                var distance = Distance(product, deviations[i], deviations[j], m);
                if (distance < distances[j]) (distances[j], indices[j]) = (distance, i);
                if (!left && distance < distances[i]) (distances[i], indices[i]) = (distance, j);
            }
        }
        return new MatrixProfile(distances, indices);
    }

    /// <summary>
    /// The sum of products of deviations from the means, one step down the diagonal; kept centred because raw products lose the digits
    /// of a small wave on a high level.
    /// </summary>
    private static double NextCovariance(ReadOnlySpan<double> values, double[] means, int m, int i, int j, double before)
    {
        var gone = (values[i - 1] - means[i - 1]) * (values[j - 1] - means[j - 1]);
        var come = (values[i + m - 1] - means[i - 1]) * (values[j + m - 1] - means[j - 1]);
        return before - gone + come - m * (means[i] - means[i - 1]) * (means[j] - means[j - 1]);
    }

    /// <summary>Two constant subsequences are alike; a constant one is as far from any other as an uncorrelated one.</summary>
    private static double Distance(double covariance, double a, double b, int m)
    {
        if (a == 0 || b == 0) return a == b ? 0 : Math.Sqrt(2 * m);
        var correlation = Math.Clamp(covariance / (m * a * b), -1, 1);
        return Math.Sqrt(2 * m * (1 - correlation));
    }

    private static (double[] Means, double[] Deviations) Moving(ReadOnlySpan<double> values, int m)
    {
        var means = new double[values.Length - m + 1];
        var deviations = new double[means.Length];
        for (var i = 0; i < means.Length; i++)
        {
            var part = values.Slice(i, m);
            double sum = 0, squares = 0, largest = 0;
            foreach (var v in part) sum += v;
            means[i] = sum / m;
            foreach (var v in part)
            {
                squares += (v - means[i]) * (v - means[i]);
                largest = Math.Max(largest, Math.Abs(v));
            }
            var deviation = Math.Sqrt(squares / m);
            // below the rounding of the mean it is constant
            deviations[i] = deviation > 1e-13 * largest ? deviation : 0;
        }
        return (means, deviations);
    }
}
