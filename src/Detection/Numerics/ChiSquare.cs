namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>The chi-square distribution.</summary>
internal static class ChiSquare
{
    public static double Cumulative(double x, double degreesOfFreedom) => x <= 0 ? 0 : 1 - UpperGamma(degreesOfFreedom / 2, x / 2);

    /// <summary>P(X &gt; x), accurate in the tail.</summary>
    public static double Survival(double x, double degreesOfFreedom) => x <= 0 ? 1 : UpperGamma(degreesOfFreedom / 2, x / 2);

    /// <summary>The value exceeded with probability 1 - p, by bisection.</summary>
    public static double Quantile(double p, double degreesOfFreedom)
    {
        double low = 0, high = Math.Max(1, degreesOfFreedom);
        while (Cumulative(high, degreesOfFreedom) < p) high *= 2;
        for (var i = 0; i < 200 && high - low > 1e-15 * high; i++)
        {
            var middle = (low + high) / 2;
            if (Cumulative(middle, degreesOfFreedom) < p) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>The regularised upper incomplete gamma function Q(a, x): a series below a + 1, a continued fraction above.</summary>
    private static double UpperGamma(double a, double x)
    {
        if (double.IsPositiveInfinity(x)) return 0;
        var front = Math.Exp(a * Math.Log(x) - x - SpecialFunctions.LogGamma(a));
        if (x < a + 1)
        {
            double term = 1 / a, sum = term;
            for (var n = 1; n < 10_000 && term > sum * 1e-17; n++)
            {
                term *= x / (a + n);
                sum += term;
            }
            return 1 - front * sum;
        }
        var b = x + 1 - a;
        double c = 1e300, d = 1 / b, fraction = d;
        for (var n = 1; n < 10_000; n++)
        {
            var an = -n * (n - a);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            fraction *= d * c;
            if (Math.Abs(d * c - 1) < 1e-16) break;
        }
        return front * fraction;
    }
}
