using System.Numerics;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Explanations;

/// <summary>
/// Shapley values of a score against one reference row: absent features take the reference's values. Exact over all coalitions for
/// few features; for more, the mean over random orders and their reverses (Castro, Gómez, Tejada 2009), which still adds up exactly.
/// </summary>
internal static class BaselineShapley
{
    private const int ExactFeatures = 8;
    private const int Orders = 24;

    public static double[] Of(Detector detector, ReadOnlySpan<double> row, ReadOnlySpan<double> reference)
    {
        var present = new List<int>();
        for (var f = 0; f < row.Length; f++)
        {
            // a feature at its reference value changes nothing
            if (!row[f].Equals(reference[f])) present.Add(f);
        }
        return present.Count <= ExactFeatures
            ? Exact(detector, row, reference, present)
            : Sampled(detector, row, reference, present);
    }

    private static double[] Exact(Detector detector, ReadOnlySpan<double> row, ReadOnlySpan<double> reference, List<int> present)
    {
        var m = present.Count;
        var coalitions = 1 << m;
        var mixed = new double[coalitions * row.Length];
        for (var coalition = 0; coalition < coalitions; coalition++)
        {
            var target = mixed.AsSpan(coalition * row.Length, row.Length);
            reference.CopyTo(target);
            for (var j = 0; j < m; j++)
            {
                if ((coalition >> j & 1) == 1) target[present[j]] = row[present[j]];
            }
        }
        var values = new double[coalitions];
        detector.DecisionFunction(mixed, values);
        var result = new double[row.Length];
        for (var j = 0; j < m; j++)
        {
            for (var coalition = 0; coalition < coalitions; coalition++)
            {
                if ((coalition >> j & 1) == 1) continue;
                var gain = values[coalition | 1 << j] - values[coalition];
                result[present[j]] += Weight(BitOperations.PopCount((uint)coalition), m) * gain;
            }
        }
        return result;
    }

    /// <summary>size! (m - size - 1)! / m!</summary>
    private static double Weight(int size, int m)
    {
        var weight = 1.0 / m;
        for (var i = 1; i <= size; i++) weight *= (double)i / (m - i);
        return weight;
    }

    private static double[] Sampled(Detector detector, ReadOnlySpan<double> row, ReadOnlySpan<double> reference, List<int> present)
    {
        var random = new RandomSource(detector.Seed);
        var result = new double[row.Length];
        var mixed = new double[(present.Count + 1) * row.Length];
        var values = new double[present.Count + 1];
        for (var o = 0; o < Orders; o++)
        {
            var order = random.Permutation(present.Count);
            AddOrder(detector, row, reference, present, order, mixed, values, result);
            Array.Reverse(order);
            AddOrder(detector, row, reference, present, order, mixed, values, result);
        }
        return result;
    }

    /// <summary>Lets the features in one after the other and credits each with the change it makes.</summary>
    private static void AddOrder(
        Detector detector, ReadOnlySpan<double> row, ReadOnlySpan<double> reference, List<int> present, int[] order,
        double[] mixed, double[] values, double[] result)
    {
        reference.CopyTo(mixed);
        for (var step = 0; step < order.Length; step++)
        {
            var target = mixed.AsSpan((step + 1) * row.Length, row.Length);
            mixed.AsSpan(step * row.Length, row.Length).CopyTo(target);
            target[present[order[step]]] = row[present[order[step]]];
        }
        detector.DecisionFunction(mixed, values);
        for (var step = 0; step < order.Length; step++) result[present[order[step]]] += (values[step + 1] - values[step]) / (2 * Orders);
    }
}
