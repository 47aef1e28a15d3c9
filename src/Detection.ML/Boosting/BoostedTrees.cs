using EventSourcedAnomaly.Detection.Models;
using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;

namespace EventSourcedAnomaly.Detection.ML.Boosting;

/// <summary>
/// Gradient-boosted trees for two classes (MART: Friedman 2001, as ML.NET's FastTree grows them), kept as plain arrays so that they are
/// stored and scored without ML.NET: node <c>n</c> goes left when its feature is at most its threshold; a negative child is the leaf
/// <c>~child</c>.
/// </summary>
internal sealed class BoostedTrees
{
    private readonly int[] _firstNode;
    private readonly int[] _firstLeaf;
    private readonly int[] _feature;
    private readonly float[] _threshold;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly double[] _leaf;

    private BoostedTrees(int[] firstNode, int[] firstLeaf, int[] feature, float[] threshold, int[] left, int[] right, double[] leaf) =>
        (_firstNode, _firstLeaf, _feature, _threshold, _left, _right, _leaf) =
            (firstNode, firstLeaf, feature, threshold, left, right, leaf);

    /// <summary>Grows trees, on one thread so that the same rows and seed give the same trees.</summary>
    /// <param name="x">Rows.</param>
    /// <param name="labels">0 or 1 for each row.</param>
    /// <param name="settings">How they are grown.</param>
    /// <param name="ct">Stops the training while rows are read, and at its end: ML.NET's trainers cannot be told to stop.</param>
    public static BoostedTrees Fit(Matrix x, int[] labels, BoostingSettings settings, CancellationToken ct)
    {
        var ml = new MLContext(settings.Seed);
        var trainer = ml.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
        {
            FeatureColumnName = TrainingRow.FeaturesName,
            LabelColumnName = TrainingRow.LabelName,
            NumberOfTrees = settings.Trees,
            NumberOfLeaves = settings.Leaves,
            MinimumExampleCountPerLeaf = settings.MinLeafRows,
            LearningRate = settings.LearningRate,
            FeatureFraction = settings.FeatureFraction,
            NumberOfThreads = 1,
            Seed = settings.Seed,
            FeatureSelectionSeed = settings.Seed,
        });
        var model = trainer.Fit(TrainingRow.Load(ml, x, labels, ct)).Model;
        ct.ThrowIfCancellationRequested();
        return Of(model.SubModel.TrainedTreeEnsemble);
    }

    /// <summary>The sum of the leaves that a row falls into: positive for the class 1, zero where both are as likely.</summary>
    public double Margin(ReadOnlySpan<float> row)
    {
        var sum = 0.0;
        for (var tree = 0; tree < _firstNode.Length; tree++)
        {
            var (first, leaf) = (_firstNode[tree], ~0);
            if (NodesOf(tree) > 0)
            {
                var node = 0;
                while (node >= 0)
                    node = row[_feature[first + node]] <= _threshold[first + node] ? _left[first + node] : _right[first + node];
                leaf = node;
            }
            sum += _leaf[_firstLeaf[tree] + ~leaf];
        }
        return sum;
    }

    public void Write(ModelWriter writer)
    {
        writer.Array(_firstNode);
        writer.Array(_firstLeaf);
        writer.Array(_feature);
        writer.Array(_threshold);
        writer.Array(_left);
        writer.Array(_right);
        writer.Array(_leaf);
    }

    /// <exception cref="InvalidDataException">A tree leads to a node, a leaf or a feature that there is not.</exception>
    public static BoostedTrees Read(ref ModelReader reader, int features)
    {
        var trees = new BoostedTrees(
            reader.Array<int>(), reader.Array<int>(), reader.Array<int>(), reader.Array<float>(), reader.Array<int>(), reader.Array<int>(),
            reader.Array<double>());
        return trees.IsWhole(features)
            ? trees
            : throw new InvalidDataException("a boosted tree leads to a node, a leaf or a feature that there is not");
    }

    private static BoostedTrees Of(RegressionTreeEnsemble ensemble)
    {
        var (firstNode, firstLeaf) = (new List<int>(), new List<int>());
        var (feature, threshold, leaf) = (new List<int>(), new List<float>(), new List<double>());
        var (left, right) = (new List<int>(), new List<int>());
        for (var t = 0; t < ensemble.Trees.Count; t++)
        {
            var tree = ensemble.Trees[t];
            firstNode.Add(feature.Count);
            firstLeaf.Add(leaf.Count);
            feature.AddRange(tree.NumericalSplitFeatureIndexes);
            threshold.AddRange(tree.NumericalSplitThresholds);
            left.AddRange(tree.LeftChild);
            right.AddRange(tree.RightChild);
            var weight = ensemble.TreeWeights[t];
            leaf.AddRange(tree.LeafValues.Select(value => value * weight));
        }
        // the bias is a tree of one leaf
        firstNode.Add(feature.Count);
        firstLeaf.Add(leaf.Count);
        leaf.Add(ensemble.Bias);
        return new BoostedTrees([.. firstNode], [.. firstLeaf], [.. feature], [.. threshold], [.. left], [.. right], [.. leaf]);
    }

    private int NodesOf(int tree) => (tree + 1 < _firstNode.Length ? _firstNode[tree + 1] : _feature.Length) - _firstNode[tree];

    private int LeavesOf(int tree) => (tree + 1 < _firstLeaf.Length ? _firstLeaf[tree + 1] : _leaf.Length) - _firstLeaf[tree];

    private bool IsWhole(int features)
    {
        int[] lengths = [_threshold.Length, _left.Length, _right.Length];
        if (_firstNode.Length != _firstLeaf.Length || lengths.Any(length => length != _feature.Length)) return false;
        if (_feature.Any(f => f < 0 || f >= features)) return false;
        for (var tree = 0; tree < _firstNode.Length; tree++)
        {
            var (nodes, leaves) = (NodesOf(tree), LeavesOf(tree));
            if (nodes < 0 || leaves < 1 || _firstNode[tree] < 0 || _firstLeaf[tree] < 0) return false;
            for (var node = 0; node < nodes; node++)
            {
                // children stand behind their parents, so that every walk ends
                foreach (var child in (int[])[_left[_firstNode[tree] + node], _right[_firstNode[tree] + node]])
                {
                    if (child >= 0 ? child <= node || child >= nodes : ~child >= leaves) return false;
                }
            }
        }
        return true;
    }
}

/// <summary>How trees are grown.</summary>
/// <param name="Trees">How many.</param>
/// <param name="Leaves">The most leaves of each.</param>
/// <param name="MinLeafRows">The fewest rows in a leaf.</param>
/// <param name="LearningRate">How much each corrects those before it.</param>
/// <param name="FeatureFraction">The share of features that each may use.</param>
/// <param name="Seed">Seed of the choice of features.</param>
internal sealed record BoostingSettings(int Trees, int Leaves, int MinLeafRows, double LearningRate, double FeatureFraction, int Seed);
