using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Probabilistic;

/// <summary>
/// Bins of equal width over a table: counts them in one pass over the rows and remembers each value's bin, so that scoring the
/// training rows is a table lookup.
/// </summary>
internal sealed class EvenBinning
{
    public const int MaxBins = 256;
    private const int BlockRows = 8192;

    private readonly Matrix _x;
    private readonly int _bins;
    private readonly double[] _flatEdges;
    private readonly double[] _perUnit;
    private readonly int[] _counts;
    private readonly byte[] _codes;

    private EvenBinning(Matrix x, double[][] edges, int bins)
    {
        (_x, _bins, Edges) = (x, bins, edges);
        _flatEdges = [.. edges.SelectMany(e => e)];
        _perUnit = Array.ConvertAll(edges, e => FeatureHistogram.IsEven(e) ? bins / (e[^1] - e[0]) : 0);
        _counts = new int[x.Columns * bins];
        _codes = new byte[x.Values.Length];
    }

    /// <summary>Edges of every feature's bins.</summary>
    public double[][] Edges { get; }

    public ReadOnlySpan<int> CountsOf(int feature) => _counts.AsSpan(feature * _bins, _bins);

    public static EvenBinning Of(Matrix x, int bins, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var ranges = ColumnRange.Of(x, maxDegreeOfParallelism, ct);
        var binning = new EvenBinning(x, Array.ConvertAll(ranges, r => FeatureHistogram.EvenEdges(r.Least, r.Greatest, bins)), bins);
        RowBlocks.ForEach(x.Rows, BlockRows, maxDegreeOfParallelism, ct, (first, count) =>
        {
            var local = new int[binning._counts.Length];
            binning.Count(first, count, local);
            for (var b = 0; b < local.Length; b++) Interlocked.Add(ref binning._counts[b], local[b]);
        });
        return binning;
    }

    private void Count(int first, int count, int[] counts)
    {
        var features = _x.Columns;
        var values = _x.RowRange(first, count);
        var codes = _codes.AsSpan(first * features, values.Length);
        var (edges, perUnit, bins) = (_flatEdges, _perUnit, _bins);
        for (int i = 0, f = 0, start = 0; i < values.Length; i++)
        {
            var value = values[i];
            // edges of a feature stand one apart more than its bins
            var edge = start + f;
            var bin = perUnit[f] > 0 ? Math.Min((int)((value - edges[edge]) * perUnit[f]), bins - 1) : FeatureHistogram.Bin(Edges[f], 0, value);
            // the product may round across an edge; the edges decide
            if (value < edges[edge + bin]) bin--;
            else if (bin + 1 < bins && value >= edges[edge + bin + 1]) bin++;
            counts[start + bin]++;
            // as in FeatureHistogram.Score: a value on an edge is looked up in the bin below it
            codes[i] = (byte)(bin > 0 && value == edges[edge + bin] ? bin - 1 : bin);
            start += bins;
            if (++f < features) continue;
            (f, start) = (0, 0);
        }
    }

    /// <summary>Each row's sum of its bins' scores, feature by feature.</summary>
    public double[] Sum(FeatureHistogram[] histograms, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var table = new double[histograms.Length * _bins];
        for (var f = 0; f < histograms.Length; f++) histograms[f].Scores.CopyTo(table.AsSpan(f * _bins));
        var sums = new double[_x.Rows];
        RowBlocks.ForEach(_x.Rows, BlockRows, maxDegreeOfParallelism, ct, (first, count) =>
        {
            for (var i = first; i < first + count; i++)
            {
                var codes = _codes.AsSpan(i * histograms.Length, histograms.Length);
                var sum = 0.0;
                for (var f = 0; f < codes.Length; f++) sum += table[f * _bins + codes[f]];
                sums[i] = sum;
            }
        });
        return sums;
    }
}
