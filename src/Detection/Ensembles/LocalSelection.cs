using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Proximity;

namespace EventSourcedAnomaly.Detection.Ensembles;

/// <summary>
/// Locally selective combination (Zhao, Nasrullah, Hryniewicki, Li 2019, "LSCP: Locally selective combination in parallel outlier
/// ensembles"): a row is scored by the member that agrees best, among the row's nearest training rows, with the greatest of all
/// members' scores.
/// </summary>
/// <param name="points">Training rows.</param>
/// <param name="unified">Unified training scores: <c>[row * members + member]</c>.</param>
/// <param name="members">Members of the ensemble.</param>
internal sealed class LocalSelection(Matrix points, double[] unified, int members)
{
    private const int RegionRows = 30;
    private readonly NeighborSearch _search = NeighborSearch.Over(points, "euclidean");

    public double[] Unified => unified;

    public double Of(ReadOnlySpan<double> row, ReadOnlySpan<double> scores)
    {
        var k = Math.Min(RegionRows, points.Rows);
        Span<int> region = stackalloc int[k];
        Span<double> distances = stackalloc double[k];
        _search.Find(row, -1, k, region, distances);
        var (best, bestAgreement) = (0, double.NegativeInfinity);
        for (var m = 0; m < members; m++)
        {
            var agreement = Correlation(region, m);
            if (agreement > bestAgreement) (best, bestAgreement) = (m, agreement);
        }
        return scores[best];
    }

    /// <summary>Pearson correlation of a member with the pseudo ground truth over a region; 0 where either is constant.</summary>
    private double Correlation(ReadOnlySpan<int> region, int member)
    {
        double sumA = 0, sumB = 0, sumAA = 0, sumBB = 0, sumAB = 0;
        foreach (var row in region)
        {
            var scores = unified.AsSpan(row * members, members);
            var (a, b) = (scores[member], System.Numerics.Tensors.TensorPrimitives.Max<double>(scores));
            sumA += a;
            sumB += b;
            sumAA += a * a;
            sumBB += b * b;
            sumAB += a * b;
        }
        var spread = (region.Length * sumAA - sumA * sumA) * (region.Length * sumBB - sumB * sumB);
        return spread > 0 ? (region.Length * sumAB - sumA * sumB) / Math.Sqrt(spread) : 0;
    }

    public void Write(ModelWriter writer)
    {
        writer.Table(points);
        writer.Array(unified);
    }

    public static LocalSelection Read(ref ModelReader reader, int members) => new(reader.Table(), reader.Array<double>(), members);
}
