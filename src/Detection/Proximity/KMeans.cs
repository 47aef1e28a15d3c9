using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>Clusters of rows around their means.</summary>
/// <param name="Centers">One centre per row; clusters that would be empty are left out.</param>
/// <param name="Assignments">Cluster of each training row.</param>
/// <param name="Inertia">Sum of squared distances to the own centre.</param>
internal sealed record KMeans(Matrix Centers, int[] Assignments, double Inertia)
{
    private const int MaxIterations = 300;
    private const int Restarts = 4;

    /// <summary>Lloyd's iterations from k-means++ seeds (Arthur and Vassilvitskii 2007), the best of several starts.</summary>
    public static KMeans Of(Matrix x, int clusters, int seed, CancellationToken ct)
    {
        KMeans? best = null;
        for (var start = 0; start < Restarts; start++)
        {
            var found = Run(x, Seeds(x, clusters, new RandomSource(seed, start)), ct);
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

    private static KMeans Run(Matrix x, Matrix centers, CancellationToken ct)
    {
        var assignments = new int[x.Rows];
        for (var iteration = 0; ; iteration++)
        {
            ct.ThrowIfCancellationRequested();
            var (changed, inertia) = Assign(x, centers, assignments);
            if (iteration > 0 && (changed == 0 || iteration >= MaxIterations)) return new KMeans(centers, assignments, inertia);
            centers = Means(x, centers, assignments);
        }
    }

    private static (int Changed, double Inertia) Assign(Matrix x, Matrix centers, int[] assignments)
    {
        var changed = 0;
        var inertia = 0.0;
        for (var i = 0; i < assignments.Length; i++)
        {
            var (nearest, square) = Nearest(x.Row(i), centers);
            if (nearest != assignments[i]) changed++;
            assignments[i] = nearest;
            inertia += square;
        }
        return (changed, inertia);
    }

    private static (int Center, double Square) Nearest(ReadOnlySpan<double> row, Matrix centers)
    {
        var (nearest, least) = (0, double.PositiveInfinity);
        for (var c = 0; c < centers.Rows; c++)
        {
            var square = Square(row, centers.Row(c));
            if (square < least) (nearest, least) = (c, square);
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
            System.Numerics.Tensors.TensorPrimitives.Add(sum, x.Row(i), sum);
        }
        for (var c = 0; c < counts.Length; c++)
        {
            var sum = sums.AsSpan(c * x.Columns, x.Columns);
            if (counts[c] == 0) centers.Row(c).CopyTo(sum);
            else System.Numerics.Tensors.TensorPrimitives.Divide(sum, counts[c], sum);
        }
        return new Matrix(centers.Rows, centers.Columns, sums);
    }

    public static double Square(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var distance = System.Numerics.Tensors.TensorPrimitives.Distance(a, b);
        return distance * distance;
    }
}
