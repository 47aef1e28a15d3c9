namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Solves systems of normal equations.</summary>
internal static class LeastSquares
{
    /// <summary>
    /// Solves a symmetric positive semi-definite system by Cholesky's decomposition; directions without information get 0.
    /// </summary>
    /// <param name="matrix">Row-major, <c>size * size</c>; overwritten.</param>
    /// <param name="right">Right-hand side; overwritten by the solution.</param>
    public static void Solve(double[] matrix, double[] right)
    {
        var n = right.Length;
        var greatest = 0.0;
        for (var i = 0; i < n; i++) greatest = Math.Max(greatest, matrix[i * n + i]);
        for (var j = 0; j < n; j++)
        {
            var pivot = matrix[j * n + j];
            for (var k = 0; k < j; k++) pivot -= matrix[j * n + k] * matrix[j * n + k];
            var usable = pivot > 1e-13 * greatest;
            matrix[j * n + j] = usable ? Math.Sqrt(pivot) : 0;
            for (var i = j + 1; i < n; i++)
            {
                var sum = matrix[i * n + j];
                for (var k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
                matrix[i * n + j] = usable ? sum / matrix[j * n + j] : 0;
            }
        }
        Substitute(matrix, right);
    }

    private static void Substitute(double[] lower, double[] right)
    {
        var n = right.Length;
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) right[i] -= lower[i * n + k] * right[k];
            right[i] = lower[i * n + i] > 0 ? right[i] / lower[i * n + i] : 0;
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) right[i] -= lower[k * n + i] * right[k];
            right[i] = lower[i * n + i] > 0 ? right[i] / lower[i * n + i] : 0;
        }
    }
}
