using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// A tree that cuts along random slopes (Hariri, Carrasco Kind, Brunner 2019, algorithm 2): a row goes left where (x - p)·n ≤ 0, with
/// a random normal n and a random point p within the range of the node's rows.
/// </summary>
/// <param name="Left">Left child of each node, the right one being next to it; 0 for a leaf.</param>
/// <param name="Offset">p·n of each node.</param>
/// <param name="PathLength">Depth plus c(samples) of a leaf.</param>
/// <param name="Normals">n of each node, <c>features</c> values each.</param>
internal sealed record ObliqueTree(int[] Left, double[] Offset, double[] PathLength, double[] Normals)
{
    /// <param name="x">The tree's sample.</param>
    /// <param name="extensionLevel">Features of a slope minus one: 0 cuts along axes.</param>
    /// <param name="depthLimit">Depth at which growth stops.</param>
    /// <param name="random">The tree's own stream.</param>
    public static ObliqueTree Grow(Matrix x, int extensionLevel, int depthLimit, RandomSource random)
    {
        var (left, offset, length, normals) = (new List<int>(), new List<double>(), new List<double>(), new List<double>());
        Add();
        Split(0, [.. Enumerable.Range(0, x.Rows)], 0);
        return new ObliqueTree([.. left], [.. offset], [.. length], [.. normals]);

        void Add()
        {
            left.Add(0);
            offset.Add(0);
            length.Add(0);
            normals.AddRange(Enumerable.Repeat(0.0, x.Columns));
        }

        void Split(int node, int[] rows, int depth)
        {
            if (rows.Length <= 1 || depth >= depthLimit || !TryCut(x, rows, extensionLevel, random, out var normal, out var cut))
            {
                length[node] = depth + IsolationTree.AveragePathLength(rows.Length);
                return;
            }
            offset[node] = cut;
            for (var f = 0; f < normal.Length; f++) normals[node * x.Columns + f] = normal[f];
            var child = left[node] = left.Count;
            Add();
            Add();
            Split(child, Array.FindAll(rows, i => TensorPrimitives.Dot(x.Row(i), normal) <= cut), depth + 1);
            Split(child + 1, Array.FindAll(rows, i => !(TensorPrimitives.Dot(x.Row(i), normal) <= cut)), depth + 1);
        }
    }

    private static bool TryCut(Matrix x, int[] rows, int extensionLevel, RandomSource random, out double[] normal, out double cut)
    {
        normal = new double[x.Columns];
        cut = 0;
        var (least, greatest) = (x.Row(rows[0]).ToArray(), x.Row(rows[0]).ToArray());
        foreach (var i in rows)
        {
            TensorPrimitives.Min(least, x.Row(i), least);
            TensorPrimitives.Max(greatest, x.Row(i), greatest);
        }
        var varying = Enumerable.Range(0, x.Columns).Where(f => greatest[f] > least[f]).ToArray();
        if (varying.Length == 0) return false;
        foreach (var pick in random.Sample(varying.Length, Math.Min(extensionLevel + 1, varying.Length)))
        {
            var f = varying[pick];
            normal[f] = random.NextGaussian();
            cut += normal[f] * (least[f] + random.NextDouble() * (greatest[f] - least[f]));
        }
        return true;
    }

    public double PathLengthOf(ReadOnlySpan<double> row)
    {
        var node = 0;
        while (Left[node] > 0)
        {
            var normal = Normals.AsSpan(node * row.Length, row.Length);
            node = Left[node] + (TensorPrimitives.Dot(row, normal) <= Offset[node] ? 0 : 1);
        }
        return PathLength[node];
    }

    public void Write(ModelWriter writer)
    {
        writer.Array(Left);
        writer.Array(Offset);
        writer.Array(PathLength);
        writer.Array(Normals);
    }

    public static ObliqueTree Read(ref ModelReader reader)
    {
        var tree = new ObliqueTree(reader.Array<int>(), reader.Array<double>(), reader.Array<double>(), reader.Array<double>());
        for (var node = 0; node < tree.Left.Length; node++)
        {
            // children stand behind their parents, so that every walk ends
            if (tree.Left[node] != 0 && (tree.Left[node] <= node || tree.Left[node] + 1 >= tree.Left.Length))
                throw new InvalidDataException("a tree leads to a node that there is not");
        }
        return tree;
    }
}
