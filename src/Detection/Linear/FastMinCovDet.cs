using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Linear;

/// <summary>
/// FAST-MCD (Rousseeuw and Van Driessen 1999): among subsets of a given size, the one whose covariance has the least determinant,
/// searched by concentration steps from many small random subsets; then corrected for consistency at the normal distribution and
/// reweighted.
/// </summary>
internal sealed class FastMinCovDet
{
    private const int Trials = 200;
    private const int Kept = 10;
    private const int SearchRows = 1500;

    private readonly Matrix _x;
    private readonly double _share;
    private readonly double _leastVariance;
    private readonly CancellationToken _ct;

    private FastMinCovDet(Matrix x, double? supportFraction, CancellationToken ct)
    {
        (_x, _ct) = (x, ct);
        _share = supportFraction ?? Math.Min(1, 0.5 * (x.Rows + x.Columns + 1) / x.Rows);
        var widest = Enumerable.Range(0, x.Columns).Max(c => Moments.Variance(x.Column(c)));
        // a table without any variance is measured by what rounding would leave of its values
        var magnitude = Math.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(x.Values));
        _leastVariance = widest > 0 ? Math.Max(1e-300, widest * 1e-20) : Math.Pow(Math.Max(1e-10, magnitude * 1e-15), 2);
    }

    /// <param name="x">Rows.</param>
    /// <param name="supportFraction">Share of the rows in the subset; null for the most robust, (n + d + 1) / 2.</param>
    /// <param name="random">Source of the random subsets.</param>
    /// <param name="ct">Stops the search.</param>
    public static Ellipsoid Fit(Matrix x, double? supportFraction, RandomSource random, CancellationToken ct)
    {
        var search = new FastMinCovDet(x, supportFraction, ct);
        return search.Reweight(search.Correct(search.Best(random)));
    }

    /// <summary>Good starts are searched on a sample; only the best of them are concentrated on all rows.</summary>
    private Ellipsoid Best(RandomSource random)
    {
        if (SubsetSize(_x) == _x.Rows) return Ellipsoid.Of(_x, _leastVariance, _ct);
        var sample = _x.Rows <= SearchRows ? _x : _x.SelectRows(random.Sample(_x.Rows, SearchRows));
        var starts = Enumerable.Range(0, Trials)
            .Select(_ => Concentrate(sample, Start(sample, random), steps: 2))
            .OrderBy(e => e.LogDeterminant)
            .Take(Kept)
            .ToList();
        return starts.Select(s => Concentrate(_x, s, steps: 30)).MinBy(e => e.LogDeterminant)!;
    }

    private Ellipsoid Start(Matrix x, RandomSource random) =>
        Ellipsoid.Of(x.SelectRows(random.Sample(x.Rows, Math.Min(x.Columns + 1, x.Rows))), _leastVariance, _ct);

    private int SubsetSize(Matrix x) => Math.Clamp((int)(_share * x.Rows), 1, x.Rows);

    /// <summary>C-steps: the covariance of the rows nearest under the present one has a determinant at most as large.</summary>
    private Ellipsoid Concentrate(Matrix x, Ellipsoid start, int steps)
    {
        var size = SubsetSize(x);
        var current = start;
        // large and used anew at every step
        var nearest = new Matrix(size, x.Columns, new double[size * x.Columns]);
        using var distances = new PooledBuffer<double>(x.Rows);
        using var order = new PooledBuffer<int>(x.Rows);
        for (var step = 0; step < steps; step++)
        {
            current.SquaredDistances(x, distances.Span);
            for (var i = 0; i < x.Rows; i++) order.Span[i] = i;
            distances.Span.Sort(order.Span);
            nearest.CopyRows(x, order.Span[..size]);
            var next = Ellipsoid.Of(nearest, _leastVariance, _ct);
            if (step > 0 && next.LogDeterminant >= current.LogDeterminant - 1e-12) return next;
            current = next;
        }
        return current;
    }

    /// <summary>Scales so that the median distance is that of the normal distribution.</summary>
    private Ellipsoid Correct(Ellipsoid raw)
    {
        var distances = new double[_x.Rows];
        raw.SquaredDistances(_x, distances);
        var factor = OrderStatistics.Median(distances) / ChiSquare.Quantile(0.5, _x.Columns);
        return factor > 0 && double.IsFinite(factor) ? raw.Inflate(factor) : raw;
    }

    private Ellipsoid Reweight(Ellipsoid corrected)
    {
        var limit = ChiSquare.Quantile(0.975, _x.Columns);
        var distances = new double[_x.Rows];
        corrected.SquaredDistances(_x, distances);
        var kept = Enumerable.Range(0, _x.Rows).Where(i => distances[i] < limit).ToArray();
        return kept.Length > _x.Columns ? Ellipsoid.Of(_x.SelectRows(kept), _leastVariance, _ct) : corrected;
    }
}
