using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// Fully connected layers. A layer's weights are a row per output, then its biases, if it has any. An instance holds the working
/// memory of one thread.
/// </summary>
internal sealed class DenseLayers
{
    private readonly int[] _sizes;
    private readonly Activation _hidden;
    private readonly Activation _last;
    private readonly int _biases;
    private readonly double[][] _activations;
    private readonly double[][] _deltas;
    // what is left of each unit's output while training with dropout: 0, or the inverse of the share that is kept
    private readonly double[][]? _kept;
    private readonly double _dropoutRate;

    /// <param name="sizes">Width of every layer, from the input to the output.</param>
    /// <param name="hidden">Activation of the hidden layers.</param>
    /// <param name="last">Activation of the output.</param>
    /// <param name="hasBiases">Whether a constant is added to each unit.</param>
    /// <param name="dropoutRate">Share of the hidden units that <see cref="Drop"/> silences (Srivastava et al. 2014).</param>
    public DenseLayers(int[] sizes, Activation hidden, Activation last, bool hasBiases, double dropoutRate = 0)
    {
        (_sizes, _hidden, _last, _biases, _dropoutRate) = (sizes, hidden, last, hasBiases ? 1 : 0, dropoutRate);
        if (dropoutRate > 0) _kept = Array.ConvertAll(sizes, size => new double[size]);
        _activations = Array.ConvertAll(sizes, size => new double[size]);
        _deltas = Array.ConvertAll(sizes, size => new double[size]);
        for (var layer = 1; layer < sizes.Length; layer++) ParameterCount += sizes[layer] * (sizes[layer - 1] + _biases);
    }

    public int ParameterCount { get; }

    public ReadOnlySpan<double> Output => _activations[^1];

    /// <summary>To be filled with the slope of the loss by the output before <see cref="Backward"/>.</summary>
    public Span<double> OutputDelta => _deltas[^1];

    /// <summary>The slope of the loss by the input, after <see cref="Backward"/>.</summary>
    public ReadOnlySpan<double> InputDelta => _deltas[0];

    /// <summary>Draws the hidden units that are silent in the next training step.</summary>
    public void Drop(RandomSource random)
    {
        if (_kept is null) return;
        for (var layer = 1; layer < _sizes.Length - 1; layer++)
        {
            foreach (ref var kept in _kept[layer].AsSpan()) kept = random.NextDouble() < _dropoutRate ? 0 : 1 / (1 - _dropoutRate);
        }
    }

    /// <summary>Glorot and Bengio's uniform distribution; biases start at 0.</summary>
    public void Initialize(Span<double> parameters, RandomSource random)
    {
        var offset = 0;
        for (var layer = 1; layer < _sizes.Length; layer++)
        {
            var weights = _sizes[layer] * _sizes[layer - 1];
            Network.Glorot(parameters.Slice(offset, weights), _sizes[layer - 1], _sizes[layer], random);
            parameters.Slice(offset + weights, _biases * _sizes[layer]).Clear();
            offset += weights + _biases * _sizes[layer];
        }
    }

    /// <param name="parameters">The layers' parameters.</param>
    /// <param name="sample">The input.</param>
    /// <param name="isTraining">Whether the units that <see cref="Drop"/> drew are silent.</param>
    public void Forward(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, bool isTraining = false)
    {
        sample.CopyTo(_activations[0]);
        var offset = 0;
        for (var layer = 1; layer < _sizes.Length; layer++)
        {
            var (inputs, outputs, activation) = (_sizes[layer - 1], _sizes[layer], ActivationOf(layer));
            for (var o = 0; o < outputs; o++)
            {
                var z = TensorPrimitives.Dot(parameters.Slice(offset + o * inputs, inputs), _activations[layer - 1]);
                _activations[layer][o] = activation.Of(_biases == 0 ? z : z + parameters[offset + inputs * outputs + o]);
            }
            if (isTraining && _kept is not null && layer < _sizes.Length - 1)
                TensorPrimitives.Multiply(_activations[layer], _kept[layer], _activations[layer]);
            offset += (inputs + _biases) * outputs;
        }
    }

    /// <summary>Adds the slope of the loss by every parameter to the gradient, by <see cref="OutputDelta"/> of the last sample.</summary>
    public void Backward(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        for (var o = 0; o < _deltas[^1].Length; o++) _deltas[^1][o] *= _last.Slope(_activations[^1][o]);
        var offset = ParameterCount;
        for (var layer = _sizes.Length - 1; layer >= 1; layer--)
        {
            var (inputs, outputs) = (_sizes[layer - 1], _sizes[layer]);
            offset -= (inputs + _biases) * outputs;
            BackwardLayer(parameters.Slice(offset, inputs * outputs), gradient.Slice(offset, (inputs + _biases) * outputs), layer);
        }
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
            if (_biases > 0) gradient[inputs * outputs + o] += delta;
            var row = gradient.Slice(o * inputs, inputs);
            TensorPrimitives.MultiplyAdd(input, delta, row, row);
            TensorPrimitives.MultiplyAdd(weights.Slice(o * inputs, inputs), delta, below, below);
        }
        for (var i = 0; i < inputs && layer > 1; i++) below[i] *= SlopeOf(layer - 1, i);
    }

    private double SlopeOf(int layer, int unit)
    {
        if (_kept is null) return _hidden.Slope(_activations[layer][unit]);
        var kept = _kept[layer][unit];
        return kept > 0 ? kept * _hidden.Slope(_activations[layer][unit] / kept) : 0;
    }

    /// <summary>The output of the layers for a table, <c>[N, outputs]</c>.</summary>
    public string InOnnx(OnnxGraph graph, string table, ReadOnlySpan<double> parameters)
    {
        var offset = 0;
        for (var layer = 1; layer < _sizes.Length; layer++)
        {
            var (inputs, outputs) = (_sizes[layer - 1], _sizes[layer]);
            var weights = new Matrix(outputs, inputs, parameters.Slice(offset, inputs * outputs).ToArray());
            table = graph.Add("MatMul", table, graph.Transposed(weights));
            if (_biases > 0) table = graph.Add("Add", table, graph.Row(parameters.Slice(offset + inputs * outputs, outputs)));
            table = ActivationOf(layer).InOnnx(graph, table);
            offset += (inputs + _biases) * outputs;
        }
        return table;
    }

    private Activation ActivationOf(int layer) => layer == _sizes.Length - 1 ? _last : _hidden;
}
