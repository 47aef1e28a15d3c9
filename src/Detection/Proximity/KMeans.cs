using System.Numerics;
using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>Clusters of rows around their means.</summary>
/// <param name="Centers">One centre per row; clusters that would be empty are left out.</param>
/// <param name="Assignments">Cluster of each training row.</param>
/// <param name="Inertia">Sum of squared distances to the own centre.</param>
internal sealed record KMeans(Matrix Centers, int[] Assignments, double Inertia)
{
    private const int MaxIterations = 300;

    /// <summary>
    /// Movement of all centres together, squared, in units of the features' mean variance, below which they are taken to rest;
    /// scikit-learn's tol. The last rows to change sides move nothing that a score would show.
    /// </summary>
    private const double Tolerance = 1e-4;

    private const int Restarts = 4;

    /// <summary>Lloyd's iterations from k-means++ seeds (Arthur and Vassilvitskii 2007), the best of several starts.</summary>
    public static KMeans Of(Matrix x, int clusters, int seed, CancellationToken ct)
    {
        KMeans? best = null;
        var rest = Tolerance * MeanVariance(x);
        for (var start = 0; start < Restarts; start++)
        {
            var found = Run(x, Seeds(x, clusters, new RandomSource(seed, start)), rest, ct);
            if (best is null || found.Inertia < best.Inertia) best = found;
        }
        return best!;
    }

    /// <summary>Seeds drawn with probability proportional to the squared distance from those drawn before.</summary>
    private static Matrix Seeds(Matrix x, int clusters, RandomSource random)
    {
        var chosen = new List<int> { random.Next(x.Rows) };
        var distance = new double[x.Rows];
        Array.Fill(distance, double.PositiveInfinity);
        while (chosen.Count < clusters)
        {
            var total = 0.0;
            for (var i = 0; i < distance.Length; i++) total += distance[i] = Math.Min(distance[i], Square(x.Row(i), x.Row(chosen[^1])));
            // no distinct rows are left
            if (!(total > 0)) break;
            var target = random.NextDouble() * total;
            var pick = 0;
            while (pick < distance.Length - 1 && (target -= distance[pick]) >= 0) pick++;
            chosen.Add(pick);
        }
        return x.SelectRows([.. chosen]);
    }

    private static double MeanVariance(Matrix x)
    {
        var variance = 0.0;
        for (var f = 0; f < x.Columns; f++) variance += Moments.Variance(x.Column(f));
        return variance / x.Columns;
    }

    private static KMeans Run(Matrix x, Matrix centers, double rest, CancellationToken ct)
    {
        var assignments = new int[x.Rows];
        var moved = double.PositiveInfinity;
        for (var iteration = 0; ; iteration++)
        {
            ct.ThrowIfCancellationRequested();
            var (changed, inertia) = Assign(x, centers, assignments);
            if (iteration > 0 && (changed == 0 || moved <= rest || iteration >= MaxIterations))
                return new KMeans(centers, assignments, inertia);
            var means = Means(x, centers, assignments);
            moved = Square(centers.Values, means.Values);
            centers = means;
        }
    }

    private static (int Changed, double Inertia) Assign(Matrix x, Matrix centers, int[] assignments)
    {
        var lanes = CentersByFeature(centers);
        var changed = 0;
        var inertia = 0.0;
        for (var i = 0; i < assignments.Length; i++)
        {
            var (nearest, square) = Nearest(x.Row(i), lanes, centers.Rows);
            if (nearest != assignments[i]) changed++;
            assignments[i] = nearest;
            inertia += square;
        }
        return (changed, inertia);
    }

    /// <summary>
    /// Feature by feature, so that neighbouring lanes are centres; those that fill up the last vector are infinitely far.
    /// </summary>
    private static double[] CentersByFeature(Matrix centers)
    {
        var width = (centers.Rows + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
        var lanes = new double[width * centers.Columns];
        Array.Fill(lanes, double.PositiveInfinity);
        for (var c = 0; c < centers.Rows; c++)
        {
            var center = centers.Row(c);
            for (var f = 0; f < center.Length; f++) lanes[f * width + c] = center[f];
        }
        return lanes;
    }

    private static (int Center, double Square) Nearest(ReadOnlySpan<double> row, double[] lanes, int centers)
    {
        var width = lanes.Length / row.Length;
        var (nearest, least) = (0, double.PositiveInfinity);
        for (var first = 0; first < width; first += Vector<double>.Count)
        {
            var squares = Vector<double>.Zero;
            for (var f = 0; f < row.Length; f++)
            {
                var difference = new Vector<double>(lanes, f * width + first) - new Vector<double>(row[f]);
                squares += difference * difference;
            }
            for (var lane = 0; lane < Vector<double>.Count && first + lane < centers; lane++)
            {
                if (squares[lane] < least) (nearest, least) = (first + lane, squares[lane]);
            }
        }
        return (nearest, least);
    }

    private static Matrix Means(Matrix x, Matrix centers, int[] assignments)
    {
        var sums = new double[centers.Values.Length];
        var counts = new int[centers.Rows];
        for (var i = 0; i < assignments.Length; i++)
        {
            counts[assignments[i]]++;
            var sum = sums.AsSpan(assignments[i] * x.Columns, x.Columns);
            TensorPrimitives.Add(sum, x.Row(i), sum);
        }
        for (var c = 0; c < counts.Length; c++)
        {
            var sum = sums.AsSpan(c * x.Columns, x.Columns);
            if (counts[c] == 0) centers.Row(c).CopyTo(sum);
            else TensorPrimitives.Divide(sum, counts[c], sum);
        }
        return new Matrix(centers.Rows, centers.Columns, sums);
    }

    public static double Square(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var distance = TensorPrimitives.Distance(a, b);
        return distance * distance;
    }
}
