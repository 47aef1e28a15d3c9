using System.Numerics;
using EventSourcedAnomaly.Detection.Forests;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Tests.Forests;

public sealed class TreeShapTests
{
    private const int Features = 5;

    [Fact]
    public void Values_equal_the_sum_over_all_coalitions()
    {
        var random = new RandomSource(3);
        const int Count = 64;
        var sample = Enumerable.Range(0, Features * Count).Select(_ => (float)random.NextGaussian()).ToArray();
        var tree = IsolationTreeGrowth.Grow(sample, Count, Features, [0, 1, 2, 3, 4], 8, random);
        for (var row = 0; row < 10; row++)
        {
            var keys = Enumerable.Range(0, Features).Select(f => sample[row * Features + f]).ToArray();
            var fast = new double[Features];
            TreeShap.Add(tree, keys, fast);
            for (var f = 0; f < Features; f++) Assert.Equal(ByDefinition(tree, keys, f), fast[f], 10);
        }
    }

    /// <summary>Shapley's formula, with the tree's conditional expectation as the value of a coalition.</summary>
    private static double ByDefinition(IsolationTree tree, float[] keys, int feature)
    {
        double[] factorial = [1, 1, 2, 6, 24, 120];
        var value = 0.0;
        for (var coalition = 0; coalition < 1 << Features; coalition++)
        {
            if ((coalition >> feature & 1) == 1) continue;
            var size = BitOperations.PopCount((uint)coalition);
            var weight = factorial[size] * factorial[Features - size - 1] / factorial[Features];
            value += weight * (Expectation(tree, keys, coalition | 1 << feature, 0) - Expectation(tree, keys, coalition, 0));
        }
        return value;
    }

    private static double Expectation(IsolationTree tree, float[] keys, int coalition, int node)
    {
        var feature = tree.Feature[node];
        if (feature < 0) return tree.PathLength[node];
        var left = tree.Left[node];
        if ((coalition >> feature & 1) == 1)
            return Expectation(tree, keys, coalition, keys[feature] <= tree.Threshold[node] ? left : left + 1);
        double total = tree.Samples[node];
        return tree.Samples[left] / total * Expectation(tree, keys, coalition, left)
            + tree.Samples[left + 1] / total * Expectation(tree, keys, coalition, left + 1);
    }
}
