using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Probabilistic;

/// <summary>
/// Bins of equal width over the features of row-major rows, found eight values at a time: eight rows are as many vectors as there are
/// features, and a lane of such a vector always belongs to the same one. A value so near an edge that rounding could carry it across
/// is left to <see cref="FeatureHistogram"/>, and so are those beyond the outermost edges.
/// </summary>
internal sealed class EvenBins
{
    private const int MaxStackTerms = 2048;
    private static readonly int Lanes = Vector512<double>.Count;

    private readonly double[][] _edges;
    private readonly double[] _perUnit;
    private readonly int[] _first;
    // one number for every lane of the vectors of eight rows
    private readonly double[] _laneLow;
    private readonly double[] _lanePerUnit;
    private readonly double[] _laneBins;
    private readonly double[] _laneFirst;
    private readonly double[] _laneReach;

    private EvenBins(double[][] edges)
    {
        _edges = edges;
        _perUnit = Array.ConvertAll(edges, e => (e.Length - 1) / (e[^1] - e[0]));
        _first = new int[edges.Length];
        for (var f = 1; f < _first.Length; f++) _first[f] = _first[f - 1] + edges[f - 1].Length - 1;
        Count = _first[^1] + edges[^1].Length - 1;
        _laneLow = PerLane(f => edges[f][0]);
        _lanePerUnit = PerLane(f => _perUnit[f]);
        _laneBins = PerLane(f => edges[f].Length - 1);
        _laneFirst = PerLane(f => _first[f]);
        _laneReach = PerLane(f => 0.5 - Doubt(edges[f], _perUnit[f]));
    }

    /// <summary>The bins of features whose edges are all even; null when some are not.</summary>
    public static EvenBins? Of(double[][] edges) => Array.TrueForAll(edges, FeatureHistogram.IsEven) ? new EvenBins(edges) : null;

    /// <summary>Bins of all features.</summary>
    public int Count { get; }

    /// <summary>Number of a feature's first bin.</summary>
    public int First(int feature) => _first[feature];

    /// <summary>Bins in units of a bin's width within which rounding may err, of the edges as of the place among them.</summary>
    private static double Doubt(double[] edges, double perUnit) =>
        16 * Math.ScaleB(1, -52) * (edges.Length + (Math.Abs(edges[0]) + Math.Abs(edges[^1])) * perUnit);

    private double[] PerLane(Func<int, double> ofFeature) =>
        [.. Enumerable.Range(0, Lanes * _edges.Length).Select(place => ofFeature(place % _edges.Length))];

    /// <summary>Counts the values of some rows in their bins.</summary>
    public int[] CountsOf(ReadOnlySpan<double> rows)
    {
        // a table for each lane: increments of the same number one after the other would wait for each other
        var perLane = new int[Lanes * Count];
        CountPerLane(rows, perLane);
        var counts = perLane[..Count];
        for (var lane = 1; lane < Lanes; lane++)
            System.Numerics.Tensors.TensorPrimitives.Add(counts, perLane.AsSpan(lane * Count, Count), counts);
        return counts;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountPerLane(ReadOnlySpan<double> rows, int[] counts)
    {
        var period = _laneLow.Length;
        nint all = Count;
        ref var value = ref MemoryMarshal.GetReference(rows);
        ref var count = ref MemoryMarshal.GetArrayDataReference(counts);
        var whole = rows.Length / period * period;
        for (int i = 0, place = 0; i < whole; i += Vector512<double>.Count)
        {
            var certain = Find(Vector512.LoadUnsafe(ref value, (nuint)i), place, out var found);
            if (certain != 0xFF) found = Settle(found, certain, place, rows[i..]);
            Unsafe.Add(ref count, (nint)found.GetElement(0))++;
            Unsafe.Add(ref count, (nint)found.GetElement(1) + all)++;
            Unsafe.Add(ref count, (nint)found.GetElement(2) + 2 * all)++;
            Unsafe.Add(ref count, (nint)found.GetElement(3) + 3 * all)++;
            Unsafe.Add(ref count, (nint)found.GetElement(4) + 4 * all)++;
            Unsafe.Add(ref count, (nint)found.GetElement(5) + 5 * all)++;
            Unsafe.Add(ref count, (nint)found.GetElement(6) + 6 * all)++;
            Unsafe.Add(ref count, (nint)found.GetElement(7) + 7 * all)++;
            place += Vector512<double>.Count;
            if (place == period) place = 0;
        }
        for (var i = whole; i < rows.Length; i++) counts[Find(i % _edges.Length, rows[i])]++;
    }

    /// <summary>The bins of eight values, those in doubt found one by one.</summary>
    private Vector512<long> Settle(Vector512<long> bins, ulong certain, int place, ReadOnlySpan<double> values)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            if ((certain >> lane & 1) == 0) bins = bins.WithElement(lane, Find((place + lane) % _edges.Length, values[lane]));
        }
        return bins;
    }

    /// <summary>Sums up the scores of each row's bins, feature by feature.</summary>
    /// <param name="rows">Row-major values.</param>
    /// <param name="scores">Score of every bin.</param>
    /// <param name="histograms">What scores the values left to it.</param>
    /// <param name="sums">Receives a sum per row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sum(ReadOnlySpan<double> rows, double[] scores, FeatureHistogram[] histograms, Span<double> sums)
    {
        var period = _laneLow.Length;
        Span<double> terms = period <= MaxStackTerms ? stackalloc double[period] : new double[period];
        var row = 0;
        for (; row + Lanes <= sums.Length; row += Lanes)
        {
            Score(rows.Slice(row * _edges.Length, period), scores, histograms, terms);
            SumRows(terms, sums.Slice(row, Lanes));
        }
        for (; row < sums.Length; row++)
        {
            var sum = 0.0;
            for (var f = 0; f < histograms.Length; f++) sum += histograms[f].Score(rows[row * histograms.Length + f]);
            sums[row] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(ReadOnlySpan<double> rows, double[] scores, FeatureHistogram[] histograms, Span<double> terms)
    {
        ref var value = ref MemoryMarshal.GetReference(rows);
        ref var score = ref MemoryMarshal.GetArrayDataReference(scores);
        for (var place = 0; place < rows.Length; place += Vector512<double>.Count)
        {
            var certain = Find(Vector512.LoadUnsafe(ref value, (nuint)place), place, out var found);
            Gather.From(ref score, found).CopyTo(terms[place..]);
            for (var doubtful = (uint)~certain & 0xFF; doubtful != 0; doubtful &= doubtful - 1)
            {
                var at = place + System.Numerics.BitOperations.TrailingZeroCount(doubtful);
                terms[at] = histograms[at % histograms.Length].Score(rows[at]);
            }
        }
    }

    /// <summary>Eight sums at once, so that none waits for its last addition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows(ReadOnlySpan<double> terms, Span<double> sums)
    {
        var features = terms.Length / Vector512<double>.Count;
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0, sum6 = 0, sum7 = 0;
        ref var term = ref MemoryMarshal.GetReference(terms);
        for (var f = 0; f < features; f++)
        {
            sum0 += term;
            sum1 += Unsafe.Add(ref term, features);
            sum2 += Unsafe.Add(ref term, 2 * features);
            sum3 += Unsafe.Add(ref term, 3 * features);
            sum4 += Unsafe.Add(ref term, 4 * features);
            sum5 += Unsafe.Add(ref term, 5 * features);
            sum6 += Unsafe.Add(ref term, 6 * features);
            sum7 += Unsafe.Add(ref term, 7 * features);
            term = ref Unsafe.Add(ref term, 1);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (sum0, sum1, sum2, sum3);
        (sums[4], sums[5], sums[6], sums[7]) = (sum4, sum5, sum6, sum7);
    }

    /// <summary>The bins of eight values, 0 where it is in doubt; a bit for each lane that is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Find(Vector512<double> values, int place, out Vector512<long> bins)
    {
        var at = (nuint)place;
        var position = (values - Lane(_laneLow, at)) * Lane(_lanePerUnit, at);
        var bin = Vector512.Floor(position);
        var certain = Vector512.LessThan(Vector512.Abs(position - bin - Vector512.Create(0.5)), Lane(_laneReach, at))
            & Vector512.GreaterThan(position, Vector512<double>.Zero)
            & Vector512.LessThan(position, Lane(_laneBins, at));
        bins = Vector512.ConvertToInt64Native((bin + Lane(_laneFirst, at)) & certain);
        return certain.ExtractMostSignificantBits();
    }

    private int Find(int feature, double value) => _first[feature] + FeatureHistogram.Bin(_edges[feature], _perUnit[feature], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Lane(double[] numbers, nuint place) =>
        Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(numbers), place);
}
