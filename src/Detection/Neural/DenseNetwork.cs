using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// Fully connected layers, the hidden ones with an activation, the last one linear. A layer's weights are a row per output, then its
/// biases.
/// </summary>
internal sealed class DenseNetwork : Network
{
    private readonly int[] _sizes;
    private readonly bool _isRelu;
    private readonly double[][] _activations;
    private readonly double[][] _deltas;

    /// <param name="sizes">Width of every layer, from the input to the reconstruction.</param>
    /// <param name="isRelu">max(0, z) in hidden layers; tanh otherwise.</param>
    public DenseNetwork(int[] sizes, bool isRelu)
    {
        (_sizes, _isRelu) = (sizes, isRelu);
        _activations = Array.ConvertAll(sizes, size => new double[size]);
        _deltas = Array.ConvertAll(sizes, size => new double[size]);
    }

    public override int ParameterCount => Enumerable.Range(1, _sizes.Length - 1).Sum(l => _sizes[l] * (_sizes[l - 1] + 1));

    public override void Initialize(Span<double> parameters, RandomSource random)
    {
        var offset = 0;
        for (var layer = 1; layer < _sizes.Length; layer++)
        {
            var weights = _sizes[layer] * _sizes[layer - 1];
            Glorot(parameters.Slice(offset, weights), _sizes[layer - 1], _sizes[layer], random);
            parameters.Slice(offset + weights, _sizes[layer]).Clear();
            offset += weights + _sizes[layer];
        }
    }

    public override double Loss(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample)
    {
        Forward(parameters, sample);
        var distance = TensorPrimitives.Distance<double>(_activations[^1], sample);
        return distance * distance / sample.Length;
    }

    public override void LastErrors(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> errors)
    {
        Forward(parameters, sample);
        TensorPrimitives.Subtract(_activations[^1], sample, errors);
        TensorPrimitives.Multiply(errors, errors, errors);
    }

    private void Forward(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample)
    {
        sample.CopyTo(_activations[0]);
        var offset = 0;
        for (var layer = 1; layer < _sizes.Length; layer++)
        {
            var (inputs, outputs) = (_sizes[layer - 1], _sizes[layer]);
            var biases = parameters.Slice(offset + inputs * outputs, outputs);
            for (var o = 0; o < outputs; o++)
            {
                var z = TensorPrimitives.Dot(parameters.Slice(offset + o * inputs, inputs), _activations[layer - 1]) + biases[o];
                _activations[layer][o] = layer == _sizes.Length - 1 ? z : _isRelu ? Math.Max(z, 0) : Math.Tanh(z);
            }
            offset += (inputs + 1) * outputs;
        }
    }

    public override double Backpropagate(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> gradient)
    {
        var loss = Loss(parameters, sample);
        TensorPrimitives.Subtract<double>(_activations[^1], sample, _deltas[^1]);
        TensorPrimitives.Multiply(_deltas[^1], 2.0 / sample.Length, _deltas[^1]);
        var offset = ParameterCount;
        for (var layer = _sizes.Length - 1; layer >= 1; layer--)
        {
            var (inputs, outputs) = (_sizes[layer - 1], _sizes[layer]);
            offset -= (inputs + 1) * outputs;
            BackwardLayer(parameters.Slice(offset, inputs * outputs), gradient.Slice(offset, (inputs + 1) * outputs), layer);
        }
        return loss;
    }

    private void BackwardLayer(ReadOnlySpan<double> weights, Span<double> gradient, int layer)
    {
        var (inputs, outputs) = (_sizes[layer - 1], _sizes[layer]);
        Span<double> below = _deltas[layer - 1];
        ReadOnlySpan<double> input = _activations[layer - 1];
        below.Clear();
        for (var o = 0; o < outputs; o++)
        {
            var delta = _deltas[layer][o];
            gradient[inputs * outputs + o] += delta;
            var row = gradient.Slice(o * inputs, inputs);
            TensorPrimitives.MultiplyAdd(input, delta, row, row);
            TensorPrimitives.MultiplyAdd(weights.Slice(o * inputs, inputs), delta, below, below);
        }
        for (var i = 0; i < inputs && layer > 1; i++)
            below[i] *= _isRelu ? (input[i] > 0 ? 1 : 0) : 1 - input[i] * input[i];
    }
}
