using EventSourcedAnomaly.Detection.Forests;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Exact interventional Shapley values of an isolation forest (Lundberg et al. 2020, "From local explanations to global understanding
/// with explainable AI for trees"): absent features take the values of background rows.
/// </summary>
public static class InterventionalTreeShap
{
    /// <param name="forest">A fitted forest.</param>
    /// <param name="row">The row to explain.</param>
    /// <param name="background">Rows that stand for what is normal; the work grows with their number.</param>
    public static Explanation Explain(IsolationForest forest, ReadOnlySpan<double> row, Matrix background)
    {
        ArgumentNullException.ThrowIfNull(forest);
        ArgumentNullException.ThrowIfNull(background);
        InputCheck.Training(background);
        InputCheck.Scoring(background, forest.FeatureCount);
        InputCheck.Scoring(row, 1, forest.FeatureCount);
        var keys = new float[forest.FeatureCount];
        forest.Keys.Keys(row, keys);
        var reference = new float[forest.FeatureCount];
        var walk = new Walk(keys, reference);
        for (var b = 0; b < background.Rows; b++)
        {
            forest.Keys.Keys(background.Row(b), reference);
            foreach (var tree in forest.Trees) walk.Visit(tree, 0, 0, 0);
        }
        var scale = 1.0 / (background.Rows * forest.Trees.Count);
        return forest.ToRawScore(Array.ConvertAll(walk.Attribution, a => a * scale), walk.ReferenceSum * scale);
    }

    /// <summary>Descends wherever the row or the reference would go, remembering whose way each feature has taken.</summary>
    private sealed class Walk(float[] row, float[] reference)
    {
        private readonly sbyte[] _taken = new sbyte[row.Length];

        public double[] Attribution { get; } = new double[row.Length];

        /// <summary>Sum of the trees' outputs for the references.</summary>
        public double ReferenceSum { get; private set; }

        /// <param name="tree">The tree.</param>
        /// <param name="node">The node.</param>
        /// <param name="fromRow">Features on the path whose direction only the row takes.</param>
        /// <param name="fromReference">Features on the path whose direction only the reference takes.</param>
        public void Visit(IsolationTree tree, int node, int fromRow, int fromReference)
        {
            var feature = tree.Feature[node];
            if (feature < 0)
            {
                Leaf(tree.PathLength[node], fromRow, fromReference);
                return;
            }
            var left = tree.Left[node];
            var rowChild = row[feature] <= tree.Threshold[node] ? left : left + 1;
            var referenceChild = reference[feature] <= tree.Threshold[node] ? left : left + 1;
            if (rowChild == referenceChild) Visit(tree, rowChild, fromRow, fromReference);
            else if (_taken[feature] > 0) Visit(tree, rowChild, fromRow, fromReference);
            else if (_taken[feature] < 0) Visit(tree, referenceChild, fromRow, fromReference);
            else
            {
                _taken[feature] = 1;
                Visit(tree, rowChild, fromRow + 1, fromReference);
                _taken[feature] = -1;
                Visit(tree, referenceChild, fromRow, fromReference + 1);
                _taken[feature] = 0;
            }
        }

        private void Leaf(double output, int fromRow, int fromReference)
        {
            if (fromRow == 0) ReferenceSum += output;
            if (fromRow + fromReference == 0) return;
            // (a-1)! b! / (a+b)! for the row's features, a! (b-1)! / (a+b)! against for the reference's
            var gain = fromRow > 0 ? InverseBinomial(fromRow - 1, fromReference) / (fromRow + fromReference) * output : 0;
            var loss = fromReference > 0 ? InverseBinomial(fromRow, fromReference - 1) / (fromRow + fromReference) * output : 0;
            for (var f = 0; f < _taken.Length; f++)
            {
                if (_taken[f] > 0) Attribution[f] += gain;
                else if (_taken[f] < 0) Attribution[f] -= loss;
            }
        }

        /// <summary>a! b! / (a + b)!</summary>
        private static double InverseBinomial(int a, int b)
        {
            var value = 1.0;
            for (var i = 1; i <= a; i++) value *= (double)i / (b + i);
            return value;
        }
    }
}
