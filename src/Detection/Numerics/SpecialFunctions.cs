namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Special functions of statistics, to about 1e-14 relative.</summary>
internal static class SpecialFunctions
{
    /// <summary>ln Γ(x) for x &gt; 0: Stirling's series after shifting the argument above 10.</summary>
    public static double LogGamma(double x)
    {
        var shift = 0.0;
        while (x < 10)
        {
            shift -= Math.Log(x);
            x++;
        }
        var inverse = 1 / x;
        var square = inverse * inverse;
        var series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680
            - square * (1.0 / 1188 - square * (691.0 / 360360 - square / 156))))));
        return shift + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series;
    }

    /// <summary>The error function, through the chi-square distribution of one degree of freedom.</summary>
    public static double Erf(double x) => Math.Sign(x) * ChiSquare.Cumulative(2 * x * x, 1);

    /// <summary>P(Z ≤ z) of a standard normal variable, accurate in both tails.</summary>
    public static double NormalCumulative(double z) =>
        z < 0 ? ChiSquare.Survival(z * z, 1) / 2 : 1 - ChiSquare.Survival(z * z, 1) / 2;

    /// <summary>P(X ≤ k) of a binomial variable with n trials of probability p.</summary>
    public static double BinomialCumulative(int k, int n, double p) =>
        k < 0 ? 0 : k >= n ? 1 : RegularizedBeta(1 - p, n - k, k + 1);

    /// <summary>The regularised incomplete beta function I_x(a, b), by Lentz's evaluation of its continued fraction.</summary>
    public static double RegularizedBeta(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        // the fraction converges fast only on this side of the mean
        if (x > (a + 1) / (a + b + 2)) return 1 - RegularizedBeta(1 - x, b, a);
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x)) / a;
        const double Tiny = 1e-300;
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), fraction = d;
        for (var m = 1; m < 100_000; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            fraction *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            fraction *= d * c;
            if (Math.Abs(d * c - 1) < 1e-16) break;
        }
        return front * fraction;

        static double NotZero(double v) => Math.Abs(v) < Tiny ? Tiny : v;
    }
}
