using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>Finds the exact nearest neighbours of rows among a table's rows.</summary>
internal abstract class NeighborSearch(Matrix points)
{
    /// <summary>Distances that differ by less, relatively, may be equal but for rounding.</summary>
    private const double TieTolerance = 1e-12;

    public Matrix Points => points;

    /// <summary>The k nearest points of each query; of equally near ones the first.</summary>
    /// <param name="queries">Row-major values.</param>
    /// <param name="self">Number of the point that the first query is, the others following, to be left out of its own neighbours; or
    /// -1.</param>
    /// <param name="indices">Receives k point numbers per query.</param>
    /// <param name="distances">Receives k distances per query, ascending.</param>
    public abstract void Find(ReadOnlySpan<double> queries, int self, int k, Span<int> indices, Span<double> distances);

    /// <summary>The k nearest other points of every point.</summary>
    /// <param name="k">Neighbours per point, fewer than there are points.</param>
    /// <param name="breaksTies">Whether it matters which of several equally far points are taken.</param>
    /// <param name="maxDegreeOfParallelism">Threads to use.</param>
    /// <param name="progress">Told shares up to 0.9.</param>
    /// <param name="ct">Stops the search.</param>
    public Neighbors OfEachPoint(
        int k, bool breaksTies, int maxDegreeOfParallelism, IProgress<double>? progress, CancellationToken ct)
    {
        // one neighbour more than asked for tells whether the last one was a choice among equals
        var wide = breaksTies ? Math.Min(k + 1, points.Rows - 1) : k;
        var found = Neighbors.Of(points.Rows, k);
        var done = 0;
        RowBlocks.ForEach(points.Rows, 64, maxDegreeOfParallelism, ct, (first, count) =>
        {
            var (indices, distances) = (new int[count * wide], new double[count * wide]);
            Find(points.RowRange(first, count), first, wide, indices, distances);
            for (var i = 0; i < count; i++)
            {
                indices.AsSpan(i * wide, k).CopyTo(found.Indices.AsSpan((first + i) * k));
                distances.AsSpan(i * wide, k).CopyTo(found.Distances.AsSpan((first + i) * k));
                if (wide > k && distances[i * wide + k] - distances[i * wide + k - 1] <= TieTolerance * distances[i * wide + k])
                    BreakTie(first + i, found.Indices.AsSpan((first + i) * k, k), found.Distances.AsSpan((first + i) * k, k));
            }
            progress?.Report(0.9 * Interlocked.Add(ref done, count) / points.Rows);
        });
        return found;
    }

    /// <summary>Chooses among points that are equally far from a point; unless told otherwise, the first ones stay.</summary>
    private protected virtual void BreakTie(int point, Span<int> indices, Span<double> distances)
    {
    }

    public static NeighborSearch Over(Matrix points, string metric) => metric switch
    {
        "manhattan" => new NeighborSearch<Manhattan>(points),
        "chebyshev" => new NeighborSearch<Chebyshev>(points),
        _ when points.Columns <= TiedEuclideanSearch.MaxFeatures => new TiedEuclideanSearch(points),
        _ => new NeighborSearch<Euclidean>(points),
    };
}

/// <summary>
/// Exhaustive search, four queries against eight points at a time. Up to some tens of dimensions the arithmetic is so dense that no
/// tree over the points is faster, and the result is exact and independent of the order of work.
/// </summary>
internal class NeighborSearch<TMetric> : NeighborSearch where TMetric : struct, IMetric
{
    private const int Queries = 4;
    private static readonly int Lanes = Vector512<double>.Count;
    private readonly double[] _tiles;
    private readonly int _features;

    public NeighborSearch(Matrix points) : base(points)
    {
        _features = points.Columns;
        var tiles = (points.Rows + Lanes - 1) / Lanes;
        _tiles = new double[tiles * Lanes * _features];
        // a distance to NaN is never below anything, so the lanes beyond the last point are never found
        Array.Fill(_tiles, double.NaN);
        for (var i = 0; i < points.Rows; i++)
        {
            var row = points.Row(i);
            for (var f = 0; f < row.Length; f++) _tiles[((i / Lanes * _features) + f) * Lanes + i % Lanes] = row[f];
        }
    }

    public override void Find(ReadOnlySpan<double> queries, int self, int k, Span<int> indices, Span<double> distances)
    {
        var count = queries.Length / _features;
        distances.Fill(double.PositiveInfinity);
        for (var first = 0; first < count; first += Queries)
        {
            var inGroup = Math.Min(Queries, count - first);
            var rows = queries.Slice(first * _features, inGroup * _features);
            var own = self < 0 ? -1 : self + first;
            if (inGroup == Queries) FindFour(rows, own, k, indices.Slice(first * k, Queries * k), distances.Slice(first * k, Queries * k));
            else
            {
                for (var q = 0; q < inGroup; q++)
                {
                    var place = (first + q) * k;
                    var row = rows.Slice(q * _features, _features);
                    FindOne(row, own < 0 ? -1 : own + q, indices.Slice(place, k), distances.Slice(place, k));
                }
            }
        }
        for (var i = 0; i < distances.Length; i++) distances[i] = TMetric.Distance(distances[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindFour(ReadOnlySpan<double> rows, int self, int k, Span<int> indices, Span<double> sums)
    {
        ref var tile = ref MemoryMarshal.GetArrayDataReference(_tiles);
        ref var row0 = ref MemoryMarshal.GetReference(rows);
        ref var row1 = ref Unsafe.Add(ref row0, _features);
        ref var row2 = ref Unsafe.Add(ref row1, _features);
        ref var row3 = ref Unsafe.Add(ref row2, _features);
        Vector512<double> worst0, worst1, worst2, worst3;
        worst0 = worst1 = worst2 = worst3 = Vector512.Create(double.PositiveInfinity);
        for (var point = 0; point < Points.Rows; point += Lanes)
        {
            Vector512<double> sum0, sum1, sum2, sum3;
            sum0 = sum1 = sum2 = sum3 = Vector512<double>.Zero;
            for (var f = 0; f < _features; f++)
            {
                var values = Vector512.LoadUnsafe(ref tile);
                sum0 = TMetric.Add(sum0, values - Vector512.Create(Unsafe.Add(ref row0, f)));
                sum1 = TMetric.Add(sum1, values - Vector512.Create(Unsafe.Add(ref row1, f)));
                sum2 = TMetric.Add(sum2, values - Vector512.Create(Unsafe.Add(ref row2, f)));
                sum3 = TMetric.Add(sum3, values - Vector512.Create(Unsafe.Add(ref row3, f)));
                tile = ref Unsafe.Add(ref tile, Vector512<double>.Count);
            }
            var near = Vector512.LessThan(sum0, worst0) | Vector512.LessThan(sum1, worst1)
                | Vector512.LessThan(sum2, worst2) | Vector512.LessThan(sum3, worst3);
            if (near == Vector512<double>.Zero) continue;
            worst0 = Insert(sum0, worst0, point, self, indices[..k], sums[..k]);
            worst1 = Insert(sum1, worst1, point, self < 0 ? -1 : self + 1, indices.Slice(k, k), sums.Slice(k, k));
            worst2 = Insert(sum2, worst2, point, self < 0 ? -1 : self + 2, indices.Slice(2 * k, k), sums.Slice(2 * k, k));
            worst3 = Insert(sum3, worst3, point, self < 0 ? -1 : self + 3, indices.Slice(3 * k, k), sums.Slice(3 * k, k));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindOne(ReadOnlySpan<double> row, int self, Span<int> indices, Span<double> sums)
    {
        ref var tile = ref MemoryMarshal.GetArrayDataReference(_tiles);
        var worst = Vector512.Create(double.PositiveInfinity);
        for (var point = 0; point < Points.Rows; point += Lanes)
        {
            var sum = Vector512<double>.Zero;
            for (var f = 0; f < row.Length; f++)
            {
                sum = TMetric.Add(sum, Vector512.LoadUnsafe(ref tile) - Vector512.Create(row[f]));
                tile = ref Unsafe.Add(ref tile, Vector512<double>.Count);
            }
            worst = Insert(sum, worst, point, self, indices, sums);
        }
    }

    /// <summary>Puts the points that are nearer than the farthest one kept into the ascending list; returns the new farthest.</summary>
    private static Vector512<double> Insert(
        Vector512<double> sum, Vector512<double> worst, int point, int self, Span<int> indices, Span<double> sums)
    {
        var lanes = Vector512.LessThan(sum, worst).ExtractMostSignificantBits();
        if (lanes == 0) return worst;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            var lane = System.Numerics.BitOperations.TrailingZeroCount(lanes);
            var candidate = sum.GetElement(lane);
            if (point + lane == self || candidate >= sums[^1]) continue;
            var place = sums.Length - 1;
            for (; place > 0 && sums[place - 1] > candidate; place--)
            {
                sums[place] = sums[place - 1];
                indices[place] = indices[place - 1];
            }
            sums[place] = candidate;
            indices[place] = point + lane;
        }
        return Vector512.Create(sums[^1]);
    }
}
