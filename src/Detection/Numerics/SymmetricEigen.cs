namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Eigenvalues (descending) and unit eigenvectors of a symmetric matrix.</summary>
/// <param name="Values">Eigenvalues from greatest to least.</param>
/// <param name="Vectors">One eigenvector per row, in the order of the values.</param>
internal sealed record SymmetricEigen(double[] Values, Matrix Vectors)
{
    private const int MaxSweeps = 60;

    /// <summary>Cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5), which find small eigenvalues accurately.</summary>
    /// <param name="matrix">Row-major, <c>size * size</c>; overwritten.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="ct">Stops between sweeps.</param>
    public static SymmetricEigen Of(double[] matrix, int size, CancellationToken ct)
    {
        var vectors = new double[size * size];
        for (var i = 0; i < size; i++) vectors[i * size + i] = 1;
        for (var sweep = 0; sweep < MaxSweeps && OffDiagonal(matrix, size); sweep++)
        {
            ct.ThrowIfCancellationRequested();
            for (var p = 0; p < size; p++)
            {
                for (var q = p + 1; q < size; q++) Rotate(matrix, vectors, size, p, q);
            }
        }
        var values = new double[size];
        for (var i = 0; i < size; i++) values[i] = matrix[i * size + i];
        var order = Enumerable.Range(0, size).OrderByDescending(i => values[i]).ToArray();
        return new SymmetricEigen(Array.ConvertAll(order, i => values[i]), new Matrix(size, size, vectors).SelectRows(order));
    }

    private static bool OffDiagonal(double[] a, int size)
    {
        double off = 0, diagonal = 0;
        for (var i = 0; i < size; i++)
        {
            diagonal += a[i * size + i] * a[i * size + i];
            for (var j = i + 1; j < size; j++) off += a[i * size + j] * a[i * size + j];
        }
        return off > 1e-36 * diagonal && off > 0;
    }

    private static void Rotate(double[] a, double[] vectors, int size, int p, int q)
    {
        var apq = a[p * size + q];
        if (apq == 0) return;
        var theta = (a[q * size + q] - a[p * size + p]) / (2 * apq);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        var c = 1 / Math.Sqrt(t * t + 1);
        var s = t * c;
        for (var k = 0; k < size; k++)
        {
            var (kp, kq) = (a[k * size + p], a[k * size + q]);
            a[k * size + p] = c * kp - s * kq;
            a[k * size + q] = s * kp + c * kq;
        }
        RotateRows(a.AsSpan(p * size, size), a.AsSpan(q * size, size), c, s);
        RotateRows(vectors.AsSpan(p * size, size), vectors.AsSpan(q * size, size), c, s);
        a[p * size + q] = a[q * size + p] = 0;
    }

    private static void RotateRows(Span<double> rowP, Span<double> rowQ, double c, double s)
    {
        for (var k = 0; k < rowP.Length; k++)
        {
            var (pk, qk) = (rowP[k], rowQ[k]);
            rowP[k] = c * pk - s * qk;
            rowQ[k] = s * pk + c * qk;
        }
    }
}
