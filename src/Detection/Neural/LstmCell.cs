using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// A long short-term memory layer over one sequence (Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber,
/// Cummins 2000). Weights: for each of the gates input, forget, candidate, output a row per unit over [input, previous h, 1].
/// </summary>
internal sealed class LstmCell
{
    private readonly int _inputs;
    private readonly int _units;
    private readonly int _width;
    private readonly double[] _concatenated;
    private readonly double[] _gates;
    private readonly double[] _cells;
    private readonly double[] _squashed;
    private readonly double[] _deltaGates;
    private readonly double[] _deltaConcatenated;

    public LstmCell(int inputs, int units, int steps)
    {
        (_inputs, _units, _width) = (inputs, units, inputs + units + 1);
        _concatenated = new double[steps * _width];
        _gates = new double[steps * 4 * units];
        _cells = new double[(steps + 1) * units];
        _squashed = new double[steps * units];
        _deltaGates = new double[4 * units];
        _deltaConcatenated = new double[_width];
    }

    public int ParameterCount => 4 * _units * _width;

    /// <summary>Weights from the forget gate's biases on; they start at 1 so that memory is kept at first.</summary>
    public void SetForgetBias(Span<double> weights)
    {
        for (var u = 0; u < _units; u++) weights[(_units + u) * _width + _width - 1] = 1;
    }

    /// <summary>One step: reads x and the previous h, writes the new h.</summary>
    public void Forward(ReadOnlySpan<double> weights, int step, ReadOnlySpan<double> x, ReadOnlySpan<double> previous, Span<double> h)
    {
        var joined = _concatenated.AsSpan(step * _width, _width);
        x.CopyTo(joined);
        previous.CopyTo(joined[_inputs..]);
        joined[^1] = 1;
        var gates = _gates.AsSpan(step * 4 * _units, 4 * _units);
        for (var g = 0; g < gates.Length; g++) gates[g] = TensorPrimitives.Dot(weights.Slice(g * _width, _width), joined);
        TensorPrimitives.Sigmoid<double>(gates[..(2 * _units)], gates);
        TensorPrimitives.Tanh<double>(gates.Slice(2 * _units, _units), gates[(2 * _units)..]);
        TensorPrimitives.Sigmoid<double>(gates[(3 * _units)..], gates[(3 * _units)..]);
        var (before, after) = (step * _units, (step + 1) * _units);
        if (step == 0) _cells.AsSpan(0, _units).Clear();
        for (var u = 0; u < _units; u++)
        {
            var cell = gates[_units + u] * _cells[before + u] + gates[u] * gates[2 * _units + u];
            _cells[after + u] = cell;
            _squashed[before + u] = Math.Tanh(cell);
            h[u] = gates[3 * _units + u] * _squashed[before + u];
        }
    }

    /// <summary>The step backwards in time.</summary>
    /// <param name="weights">The cell's weights.</param>
    /// <param name="step">The step that was taken forwards.</param>
    /// <param name="deltaH">Gradient with respect to the step's h.</param>
    /// <param name="deltaCell">Gradient with respect to the cell state; on return that of the state before the step.</param>
    /// <param name="deltaX">Receives the gradient with respect to the input, added.</param>
    /// <param name="deltaPrevious">Receives the gradient with respect to the previous h, replaced.</param>
    /// <param name="gradient">Receives the gradient of the weights, added.</param>
    public void Backward(
        ReadOnlySpan<double> weights, int step, ReadOnlySpan<double> deltaH,
        Span<double> deltaCell, Span<double> deltaX, Span<double> deltaPrevious, Span<double> gradient)
    {
        GateDeltas(step, deltaH, deltaCell);
        var joined = _concatenated.AsSpan(step * _width, _width);
        BackwardWeights(weights, joined, _deltaGates, _deltaConcatenated, gradient);
        TensorPrimitives.Add(deltaX, _deltaConcatenated.AsSpan(0, _inputs), deltaX);
        _deltaConcatenated.AsSpan(_inputs, _units).CopyTo(deltaPrevious);
    }

    /// <summary>
    /// Hands the gates' deltas on to the weights' gradient and to the input: for eight inputs at a time, over all gates.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardWeights(
        ReadOnlySpan<double> weights, ReadOnlySpan<double> joined, double[] deltaGates, double[] deltaJoined, Span<double> gradient)
    {
        var width = joined.Length;
        ref var weight = ref MemoryMarshal.GetReference(weights);
        ref var slope = ref MemoryMarshal.GetReference(gradient);
        var j = 0;
        for (; j + Vector512<double>.Count <= width; j += Vector512<double>.Count)
        {
            var (input, sum, at) = (Vector512.Create(joined[j..]), Vector512<double>.Zero, (nuint)j);
            foreach (var delta in deltaGates)
            {
                var factor = Vector512.Create(delta);
                (input * factor + Vector512.LoadUnsafe(ref slope, at)).StoreUnsafe(ref slope, at);
                sum = Vector512.LoadUnsafe(ref weight, at) * factor + sum;
                at += (nuint)width;
            }
            sum.CopyTo(deltaJoined, j);
        }
        for (; j < width; j++)
        {
            var sum = 0.0;
            for (var g = 0; g < deltaGates.Length; g++)
            {
                gradient[g * width + j] += joined[j] * deltaGates[g];
                sum += weights[g * width + j] * deltaGates[g];
            }
            deltaJoined[j] = sum;
        }
    }

    private void GateDeltas(int step, ReadOnlySpan<double> deltaH, Span<double> deltaCell)
    {
        var gates = _gates.AsSpan(step * 4 * _units, 4 * _units);
        for (var u = 0; u < _units; u++)
        {
            var (input, forget, candidate, output) = (gates[u], gates[_units + u], gates[2 * _units + u], gates[3 * _units + u]);
            var squashed = _squashed[step * _units + u];
            var delta = deltaCell[u] + deltaH[u] * output * (1 - squashed * squashed);
            _deltaGates[u] = delta * candidate * input * (1 - input);
            _deltaGates[_units + u] = delta * _cells[step * _units + u] * forget * (1 - forget);
            _deltaGates[2 * _units + u] = delta * input * (1 - candidate * candidate);
            _deltaGates[3 * _units + u] = deltaH[u] * squashed * output * (1 - output);
            deltaCell[u] = delta * forget;
        }
    }

    /// <summary>h after the last of a sequence of tables, <c>[steps, N, inputs]</c> to <c>[N, units]</c>.</summary>
    public string LastStateInOnnx(OnnxGraph graph, string sequence, ReadOnlySpan<double> weights)
    {
        var body = new OnnxGraph("lstm_");
        var (h, cell) = StepInOnnx(body, "x", "h", "cell", weights);
        body.Name(h, "h_out");
        body.Name(cell, "cell_out");
        byte[] State(string name) => OnnxWire.Value(name, OnnxType.Double, -1, _units);
        var bytes = body.ToBytes(
            "lstm", [State("h"), State("cell"), OnnxWire.Value("x", OnnxType.Double, -1, _inputs)], [State("h_out"), State("cell_out")]);
        var rows = graph.Add("Shape", [sequence], ("start", 1L), ("end", 2L));
        var shape = graph.Add("Concat", [rows, graph.Constant([(long)_units], 1)], ("axis", 0L));
        var zero = graph.Add("Expand", graph.Scalar(0), shape);
        return graph.Several("Scan", [zero, zero, sequence], 2, ("body", bytes), ("num_scan_inputs", 1L))[0];
    }

    /// <summary>h after one step from a state of zeros.</summary>
    public string FirstStateInOnnx(OnnxGraph graph, string x, ReadOnlySpan<double> weights)
    {
        var shape = graph.Add("Concat", [graph.Rows(x), graph.Constant([(long)_units], 1)], ("axis", 0L));
        var zero = graph.Add("Expand", graph.Scalar(0), shape);
        return StepInOnnx(graph, x, zero, zero, weights).H;
    }

    private (string H, string Cell) StepInOnnx(OnnxGraph graph, string x, string h, string cell, ReadOnlySpan<double> weights)
    {
        // the last column of the weights are the biases
        var byInput = new Matrix(4 * _units, _width, weights.ToArray());
        var products = byInput.SelectColumns([.. Enumerable.Range(0, _width - 1)]);
        var joined = graph.Add("Concat", [x, h], ("axis", 1L));
        var sums = graph.Add("Add", graph.Add("MatMul", joined, graph.Transposed(products)), graph.Row(byInput.Column(_width - 1)));
        var gates = graph.Several("Split", [sums, graph.Constant([.. Enumerable.Repeat((long)_units, 4)], 4)], 4, ("axis", 1L));
        var (input, forget, output) = (graph.Add("Sigmoid", gates[0]), graph.Add("Sigmoid", gates[1]), graph.Add("Sigmoid", gates[3]));
        var next = graph.Add("Add", graph.Add("Mul", forget, cell), graph.Add("Mul", input, graph.Add("Tanh", gates[2])));
        return (graph.Add("Mul", output, graph.Add("Tanh", next)), next);
    }
}
