using System.Numerics.Tensors;

namespace EventSourcedAnomaly.Detection.Kernels;

/// <summary>
/// Solves the dual of the one-class SVM, min ½αᵀKα with 0 ≤ α ≤ 1 and Σα = ν·n, two multipliers at a time: the pair is chosen by
/// second-order information (Fan, Chen, Lin 2005, "Working set selection using second order information for training SVMs"), as in
/// LIBSVM.
/// </summary>
internal sealed class SequentialMinimalOptimization
{
    private const double Tau = 1e-12;
    private const long MaxIterations = 10_000_000;

    /// <summary>What rounding leaves of a gradient, relatively: no violation below it can be told from 0.</summary>
    private const double Rounding = 1e-13;

    private readonly KernelCache _kernel;
    private readonly double[] _alpha;
    private readonly double[] _gradient;
    private readonly double[] _diagonal;

    private SequentialMinimalOptimization(KernelCache kernel, double[] diagonal, double nu)
    {
        (_kernel, _diagonal) = (kernel, diagonal);
        _alpha = InitialAlpha(diagonal.Length, nu);
        _gradient = new double[diagonal.Length];
    }

    /// <param name="Alpha">Multiplier of each row.</param>
    /// <param name="Gradient">Kα: the kernel expansion at each row.</param>
    /// <param name="Rho">Offset of the decision function.</param>
    /// <param name="IsCoarse">Whether rounding of the gradient, and not the tolerance, ended the search.</param>
    public sealed record Solution(double[] Alpha, double[] Gradient, double Rho, bool IsCoarse);

    /// <param name="kernel">Rows of the kernel matrix.</param>
    /// <param name="diagonal">Its diagonal.</param>
    /// <param name="nu">Bound on the share of outliers, in (0, 1].</param>
    /// <param name="tolerance">Greatest violation of the optimality conditions at which to stop.</param>
    /// <param name="maxIterations">Pairs to try; -1 for as many as LIBSVM tries.</param>
    /// <param name="ct">Stops the optimisation.</param>
    public static Solution Solve(
        KernelCache kernel, double[] diagonal, double nu, double tolerance, int maxIterations, CancellationToken ct)
    {
        var state = new SequentialMinimalOptimization(kernel, diagonal, nu);
        for (var i = 0; i < diagonal.Length && state._alpha[i] > 0; i++)
        {
            ct.ThrowIfCancellationRequested();
            TensorPrimitives.MultiplyAdd(kernel.Row(i), state._alpha[i], state._gradient, state._gradient);
        }
        var limit = maxIterations >= 0 ? maxIterations : Math.Max(MaxIterations, 100L * diagonal.Length);
        var greatest =
            Math.Max(Math.Abs(TensorPrimitives.MaxMagnitude<double>(state._gradient)), Math.Abs(
                TensorPrimitives.MaxMagnitude<double>(diagonal)));
        var attainable = Math.Max(tolerance, Rounding * greatest);
        for (var iteration = 0L; iteration < limit && state.TryChoosePair(attainable, out var up, out var down); iteration++)
        {
            if (iteration % 256 == 0) ct.ThrowIfCancellationRequested();
            if (!state.TryStep(up, down)) break;
        }
        return new Solution(state._alpha, state._gradient, Offset(state._alpha, state._gradient), attainable > tolerance);
    }

    private static double[] InitialAlpha(int rows, double nu)
    {
        var alpha = new double[rows];
        var full = (int)(nu * rows);
        alpha.AsSpan(0, full).Fill(1);
        if (full < rows) alpha[full] = nu * rows - full;
        return alpha;
    }

    /// <summary>The pair that promises the greatest decrease: one multiplier that may grow and one that may shrink.</summary>
    private bool TryChoosePair(double tolerance, out int up, out int down)
    {
        (up, down) = (-1, -1);
        var least = double.PositiveInfinity;
        for (var i = 0; i < _alpha.Length; i++)
        {
            if (_alpha[i] < 1 && _gradient[i] <= least) (up, least) = (i, _gradient[i]);
        }
        if (up < 0) return false;
        var row = _kernel.Row(up);
        double greatest = double.NegativeInfinity, best = double.PositiveInfinity;
        for (var j = 0; j < _alpha.Length; j++)
        {
            if (_alpha[j] <= 0) continue;
            var difference = _gradient[j] - least;
            greatest = Math.Max(greatest, _gradient[j]);
            if (difference <= 0) continue;
            var curvature = _diagonal[up] + _diagonal[j] - 2 * row[j];
            var decrease = -difference * difference / (curvature > 0 ? curvature : Tau);
            if (decrease <= best) (down, best) = (j, decrease);
        }
        return down >= 0 && greatest - least >= tolerance;
    }

    /// <summary>Moves weight between two multipliers; false when rounding leaves nothing to move.</summary>
    private bool TryStep(int up, int down)
    {
        var (rowUp, rowDown) = (_kernel.Row(up), _kernel.Row(down));
        var curvature = _diagonal[up] + _diagonal[down] - 2 * rowUp[down];
        var delta = (_gradient[down] - _gradient[up]) / (curvature > 0 ? curvature : Tau);
        var sum = _alpha[up] + _alpha[down];
        var raised = Math.Clamp(_alpha[up] + delta, Math.Max(0, sum - 1), Math.Min(1, sum));
        var (changeUp, changeDown) = (raised - _alpha[up], sum - raised - _alpha[down]);
        (_alpha[up], _alpha[down]) = (raised, sum - raised);
        TensorPrimitives.MultiplyAdd(rowUp, changeUp, _gradient, _gradient);
        TensorPrimitives.MultiplyAdd(rowDown, changeDown, _gradient, _gradient);
        return changeUp != 0 || changeDown != 0;
    }

    /// <summary>The mean gradient of the rows on the boundary; without any, the middle of what the bounds allow.</summary>
    public static double Offset(double[] alpha, double[] gradient)
    {
        double low = double.NegativeInfinity, high = double.PositiveInfinity, sum = 0;
        var free = 0;
        for (var i = 0; i < alpha.Length; i++)
        {
            if (alpha[i] >= 1) low = Math.Max(low, gradient[i]);
            else if (alpha[i] <= 0) high = Math.Min(high, gradient[i]);
            else
            {
                free++;
                sum += gradient[i];
            }
        }
        if (free > 0) return sum / free;
        return double.IsInfinity(high) ? low : double.IsInfinity(low) ? high : (low + high) / 2;
    }
}
