using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// Adam (Kingma and Ba 2015), with decoupled weight decay (Loshchilov and Hutter 2019) and clipping of the gradient's norm (Pascanu
/// et al. 2013).
/// </summary>
internal sealed class Adam(int parameters, double weightDecay, double clipNorm)
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;
    private double[] _mean = new double[parameters];
    private double[] _square = new double[parameters];
    private int _steps;

    public void Step(Span<double> weights, Span<double> gradient, double learningRate)
    {
        Clip(gradient);
        _steps++;
        var (correction1, correction2) = (1 - Math.Pow(Beta1, _steps), 1 - Math.Pow(Beta2, _steps));
        for (var i = 0; i < weights.Length; i++)
        {
            _mean[i] = Beta1 * _mean[i] + (1 - Beta1) * gradient[i];
            _square[i] = Beta2 * _square[i] + (1 - Beta2) * gradient[i] * gradient[i];
            var step = _mean[i] / correction1 / (Math.Sqrt(_square[i] / correction2) + Epsilon);
            weights[i] -= learningRate * (step + weightDecay * weights[i]);
        }
    }

    private void Clip(Span<double> gradient)
    {
        var norm = System.Numerics.Tensors.TensorPrimitives.Norm<double>(gradient);
        if (clipNorm > 0 && norm > clipNorm) System.Numerics.Tensors.TensorPrimitives.Multiply(gradient, clipNorm / norm, gradient);
    }

    public void Write(ModelWriter writer)
    {
        writer.Int(_steps);
        writer.Array(_mean);
        writer.Array(_square);
    }

    public void Read(ref ModelReader reader)
    {
        (_steps, _mean, _square) = (reader.Int(), reader.Array<double>(), reader.Array<double>());
        if (_steps < 0 || _mean.Length != parameters || _square.Length != parameters)
            throw new InvalidDataException(
                $"the checkpoint holds {_mean.Length} moments, this network has {parameters}: other parameters or data");
    }
}
