using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// Encoder and decoder of Malhotra, Ramakrishnan, Anand, Vig, Agarwal, Shroff 2016, "LSTM-based encoder-decoder for multi-sensor
/// anomaly detection": the encoder's last h is handed to the decoder at every step, which reconstructs the window from its end
/// backwards.
/// </summary>
internal sealed class LstmReconstruction : ReconstructionNetwork
{
    private readonly int _features;
    private readonly int _units;
    private readonly int _steps;
    private readonly LstmCell _encoder;
    private readonly LstmCell _decoder;
    private readonly double[] _encoded;
    private readonly double[] _decoded;
    private readonly double[] _output;
    private readonly double[] _deltaOutput;

    public LstmReconstruction(int features, int units, int steps)
    {
        (_features, _units, _steps) = (features, units, steps);
        _encoder = new LstmCell(features, units, steps);
        _decoder = new LstmCell(units, units, steps);
        _encoded = new double[(steps + 1) * units];
        _decoded = new double[(steps + 1) * units];
        _output = new double[steps * features];
        _deltaOutput = new double[steps * features];
    }

    public override int ParameterCount => _encoder.ParameterCount + _decoder.ParameterCount + _features * (_units + 1);

    public override void Initialize(Span<double> parameters, RandomSource random)
    {
        var encoder = parameters[.._encoder.ParameterCount];
        var decoder = DecoderPart(parameters);
        var output = OutputPart(parameters);
        Glorot(encoder, _features + _units, _units, random);
        Glorot(decoder, 2 * _units, _units, random);
        Glorot(output, _units, _features, random);
        _encoder.SetForgetBias(encoder);
        _decoder.SetForgetBias(decoder);
        output[(_features * _units)..].Clear();
    }

    private Span<double> DecoderPart(Span<double> parameters) => parameters.Slice(_encoder.ParameterCount, _decoder.ParameterCount);

    private Span<double> OutputPart(Span<double> parameters) => parameters[(_encoder.ParameterCount + _decoder.ParameterCount)..];

    private void Forward(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample)
    {
        for (var t = 0; t < _steps; t++)
            _encoder.Forward(parameters, t, sample.Slice(t * _features, _features), State(_encoded, t), State(_encoded, t + 1));
        var code = State(_encoded, _steps);
        var decoder = parameters.Slice(_encoder.ParameterCount, _decoder.ParameterCount);
        var output = parameters[(_encoder.ParameterCount + _decoder.ParameterCount)..];
        for (var t = 0; t < _steps; t++)
        {
            var h = State(_decoded, t + 1);
            _decoder.Forward(decoder, t, code, State(_decoded, t), h);
            var target = _output.AsSpan((_steps - 1 - t) * _features, _features);
            var biases = output[(_features * _units)..];
            for (var f = 0; f < _features; f++) target[f] = TensorPrimitives.Dot(output.Slice(f * _units, _units), h) + biases[f];
        }
    }

    private Span<double> State(double[] states, int step) => states.AsSpan(step * _units, _units);

    public override double Loss(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample)
    {
        Forward(parameters, sample);
        var distance = TensorPrimitives.Distance(_output, sample);
        return distance * distance / sample.Length;
    }

    public override void LastErrors(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> errors)
    {
        Forward(parameters, sample);
        TensorPrimitives.Subtract(_output.AsSpan(^_features..), sample[^_features..], errors);
        TensorPrimitives.Multiply(errors, errors, errors);
    }

    public override double Backpropagate(ReadOnlySpan<double> parameters, ReadOnlySpan<double> sample, Span<double> gradient)
    {
        var loss = Loss(parameters, sample);
        TensorPrimitives.Subtract(_output, sample, _deltaOutput);
        TensorPrimitives.Multiply(_deltaOutput, 2.0 / sample.Length, _deltaOutput);
        Span<double> deltaCode = new double[_units];
        BackwardDecoder(parameters, gradient, deltaCode);
        BackwardEncoder(parameters, gradient, deltaCode);
        return loss;
    }

    private void BackwardDecoder(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> deltaCode)
    {
        var decoder = parameters.Slice(_encoder.ParameterCount, _decoder.ParameterCount);
        var output = parameters[(_encoder.ParameterCount + _decoder.ParameterCount)..];
        var decoderGradient = DecoderPart(gradient);
        var outputGradient = OutputPart(gradient);
        Span<double> deltaH = new double[_units], deltaCell = new double[_units], carried = new double[_units];
        for (var t = _steps - 1; t >= 0; t--)
        {
            carried.CopyTo(deltaH);
            var delta = _deltaOutput.AsSpan((_steps - 1 - t) * _features, _features);
            for (var f = 0; f < _features; f++)
            {
                var row = outputGradient.Slice(f * _units, _units);
                TensorPrimitives.MultiplyAdd(State(_decoded, t + 1), delta[f], row, row);
                outputGradient[_features * _units + f] += delta[f];
                TensorPrimitives.MultiplyAdd(output.Slice(f * _units, _units), delta[f], deltaH, deltaH);
            }
            _decoder.Backward(decoder, t, deltaH, deltaCell, deltaCode, carried, decoderGradient);
        }
    }

    private void BackwardEncoder(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> deltaCode)
    {
        Span<double> deltaH = new double[_units], deltaCell = new double[_units], unusedDeltaX = new double[_features];
        deltaCode.CopyTo(deltaH);
        Span<double> carried = new double[_units];
        for (var t = _steps - 1; t >= 0; t--)
        {
            _encoder.Backward(parameters, t, deltaH, deltaCell, unusedDeltaX, carried, gradient);
            carried.CopyTo(deltaH);
        }
    }

    private protected override string ReconstructionInOnnx(OnnxGraph graph, string table, ReadOnlySpan<double> parameters)
    {
        var (encoder, decoder) = (_encoder.ParameterCount, _decoder.ParameterCount);
        var code = _encoder.LastStateInOnnx(graph, graph.Windows(table, _steps), parameters[..encoder]);
        // the window is reconstructed from its end: its last row is the decoder's first step
        var h = _decoder.FirstStateInOnnx(graph, code, parameters.Slice(encoder, decoder));
        var output = parameters[(encoder + decoder)..];
        var weights = new Matrix(_features, _units, output[..(_features * _units)].ToArray());
        return graph.Add("Add", graph.Add("MatMul", h, graph.Transposed(weights)), graph.Row(output[(_features * _units)..]));
    }
}
