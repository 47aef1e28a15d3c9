using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Probabilistic;

/// <summary>The histogram of one feature: ascending edges, and the score -log2(density + alpha) of each bin.</summary>
/// <param name="edges">One more than bins.</param>
/// <param name="scores">Score of each bin.</param>
/// <param name="tolerance">Share of the outermost bin's width within which a value beyond the edge still belongs to it.</param>
internal sealed class FeatureHistogram(double[] edges, double[] scores, double tolerance)
{
    private readonly double _worst = scores.Max();
    private readonly double _binsPerUnit = IsEven(edges) ? scores.Length / (edges[^1] - edges[0]) : 0;

    private const double RelativeRounding = 1e-12;

    /// <summary>Whether a feature has but one value, up to rounding.</summary>
    public static bool IsConstant(double least, double greatest) =>
        greatest - least <= RelativeRounding * Math.Max(Math.Abs(least), Math.Abs(greatest));

    /// <summary>The edges of a constant feature: its value's own bin, and an empty one on either side.</summary>
    public static double[] ConstantEdges(double least, double greatest)
    {
        var width = Math.Max(1, Math.ScaleB(Math.Max(Math.Abs(least), Math.Abs(greatest)), -39));
        var middle = least + (greatest - least) / 2;
        return EvenEdges(middle - 1.5 * width, middle + 1.5 * width, 3);
    }

    /// <summary>The histogram of a constant feature: its value tells nothing and adds nothing; any other is as in an empty bin.</summary>
    public static FeatureHistogram Constant(double[] edges, double alpha, double tolerance)
    {
        var scores = new double[edges.Length - 1];
        Array.Fill(scores, -Math.Log2(alpha));
        scores[scores.Length / 2] = 0;
        return new FeatureHistogram(edges, scores, tolerance);
    }

    /// <summary>
    /// Bins of equal width, as NumPy's histogram lays them; fewer where float64 has no room for as many between the two ends.
    /// </summary>
    public static double[] EvenEdges(double least, double greatest, int bins)
    {
        if (least.Equals(greatest))
        {
            // half a unit is nothing beside a number of 17 digits
            var half = Math.Max(0.5, Math.ScaleB(Math.Abs(least), -40));
            (least, greatest) = (least - half, greatest + half);
        }
        var step = (greatest - least) / bins;
        var edges = new double[bins + 1];
        for (var i = 0; i < bins; i++) edges[i] = Math.Min(i * step + least, greatest);
        edges[bins] = greatest;
        for (var i = 1; i <= bins; i++)
        {
            if (edges[i] <= edges[i - 1]) return [.. edges.Distinct()];
        }
        return edges;
    }

    /// <summary>Bins of equal count (Goldstein and Dengel's dynamic mode); equal values share a bin.</summary>
    public static double[] DynamicEdges(double[] sorted, int bins)
    {
        var edges = new List<double> { sorted[0] };
        for (var b = 1; b <= bins; b++)
        {
            var edge = sorted[Math.Min((int)((long)b * sorted.Length / bins), sorted.Length - 1)];
            if (edge > edges[^1]) edges.Add(edge);
        }
        return edges.Count > 1 ? [.. edges] : EvenEdges(sorted[0], sorted[^1], 1);
    }

    public static FeatureHistogram From(double[] edges, ReadOnlySpan<int> counts, double alpha, double tolerance)
    {
        var total = 0L;
        foreach (var count in counts) total += count;
        var scores = new double[counts.Length];
        for (var b = 0; b < scores.Length; b++)
        {
            var (count, width) = (counts[b], edges[b + 1] - edges[b]);
            var density = count / width / total + alpha;
            // the density in a bin of subnormal width is beyond float64, its logarithm is not
            scores[b] = double.IsFinite(density) ? -Math.Log2(density) : Math.Log2(width) - Math.Log2((double)count / total);
        }
        return new FeatureHistogram(edges, scores, tolerance);
    }

    /// <summary>The bin of a value within the edges; the last bin includes its upper edge.</summary>
    public static int Bin(double[] edges, double binsPerUnit, double value)
    {
        var last = edges.Length - 2;
        if (binsPerUnit <= 0) return Search(edges, value);
        var bin = Math.Clamp((int)((value - edges[0]) * binsPerUnit), 0, last);
        // the product may round across an edge; the edges decide
        if (value < edges[bin]) bin--;
        else if (bin < last && value >= edges[bin + 1]) bin++;
        return Math.Clamp(bin, 0, last);
    }

    /// <summary>
    /// The score of a value's bin. As in PyOD, a value on an edge is looked up in the bin below it, although it was counted in the
    /// bin above; one farther out than the tolerance gets the score of the emptiest bin.
    /// </summary>
    public double Score(double value)
    {
        var last = scores.Length - 1;
        if (value <= edges[0]) return edges[0] - value <= (edges[1] - edges[0]) * tolerance ? scores[0] : _worst;
        if (value > edges[^1]) return value - edges[^1] <= (edges[^1] - edges[last]) * tolerance ? scores[last] : _worst;
        var bin = Bin(edges, _binsPerUnit, value);
        return scores[value.Equals(edges[bin]) ? bin - 1 : bin];
    }

    /// <summary>The values up to which <see cref="Score"/> stays as it is: the edges, and the two ends of the tolerance.</summary>
    public IEnumerable<double> Steps()
    {
        var (first, last) = (edges[1] - edges[0], edges[^1] - edges[^2]);
        var below = OnnxSteps.Last(edges[0] - first, edges[0], value => edges[0] - value > first * tolerance);
        var above = OnnxSteps.Last(edges[^1], edges[^1] + last, value => value - edges[^1] <= last * tolerance);
        return [below, .. edges, above];
    }

    public static bool IsEven(double[] edges)
    {
        var step = (edges[^1] - edges[0]) / (edges.Length - 1);
        for (var i = 1; i < edges.Length - 1; i++)
        {
            if (!edges[i].Equals(i * step + edges[0])) return false;
        }
        return step > 0 && double.IsFinite((edges.Length - 1) / (edges[^1] - edges[0]));
    }

    public double[] Edges => edges;

    /// <summary>Scores of the bins.</summary>
    public ReadOnlySpan<double> Scores => scores;

    public void Write(ModelWriter writer)
    {
        writer.Array(edges);
        writer.Array(scores);
        writer.Double(tolerance);
    }

    public static FeatureHistogram Read(ref ModelReader reader) => new(reader.Array<double>(), reader.Array<double>(), reader.Double());

    private static int Search(double[] edges, double value)
    {
        var at = Array.BinarySearch(edges, value);
        return Math.Clamp(at >= 0 ? at : ~at - 1, 0, edges.Length - 2);
    }
}
