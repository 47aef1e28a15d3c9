using System.Numerics;
using EventSourcedAnomaly.Detection.Forests;

namespace EventSourcedAnomaly.Detection.Tests.Explanations;

public sealed class InterventionalTreeShapTests
{
    private const int Features = 4;

    [Fact]
    public void Values_are_in_the_proportions_of_the_sum_over_all_coalitions()
    {
        var x = TestData.Cloud(200, Features, outliers: 2);
        var forest = (IsolationForest)TestData.Fitted("IsolationForest", x, """{"n_estimators":7}""");
        var background = x.SelectRows([3, 50, 120]);
        var row = x.Row(199).ToArray();
        var fast = InterventionalTreeShap.Explain(forest, row, background).Contributions;
        var exact = new double[Features];
        for (var b = 0; b < background.Rows; b++) AddByDefinition(forest, row, background.Row(b), exact);
        for (var f = 0; f < Features; f++) Assert.Equal(exact[f] / exact.Sum(), fast[f] / fast.Sum(), 10);
    }

    /// <summary>Shapley's formula for the summed path lengths, absent features taking the reference's values.</summary>
    private static void AddByDefinition(IsolationForest forest, double[] row, ReadOnlySpan<double> reference, double[] values)
    {
        double[] factorial = [1, 1, 2, 6, 24];
        var lengths = new double[1 << Features];
        for (var coalition = 0; coalition < lengths.Length; coalition++)
        {
            var mixed = new double[Features];
            for (var f = 0; f < Features; f++) mixed[f] = (coalition >> f & 1) == 1 ? row[f] : reference[f];
            var keys = new float[Features];
            forest.Keys.Keys(mixed, keys);
            lengths[coalition] = forest.Trees.Sum(tree => PathLength(tree, keys));
        }
        for (var f = 0; f < Features; f++)
        {
            for (var coalition = 0; coalition < lengths.Length; coalition++)
            {
                if ((coalition >> f & 1) == 1) continue;
                var size = BitOperations.PopCount((uint)coalition);
                var weight = factorial[size] * factorial[Features - size - 1] / factorial[Features];
                values[f] += weight * (lengths[coalition | 1 << f] - lengths[coalition]);
            }
        }
    }

    private static double PathLength(IsolationTree tree, float[] keys)
    {
        var node = 0;
        while (tree.Feature[node] >= 0) node = tree.Left[node] + (keys[tree.Feature[node]] <= tree.Threshold[node] ? 0 : 1);
        return tree.PathLength[node];
    }
}
