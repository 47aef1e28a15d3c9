using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Onnx.Runtime;

/// <summary>
/// A model opened by ONNX Runtime with one table as its input and one of its outputs taken. May be used from several threads at once.
/// </summary>
internal sealed class OnnxSession : SafeHandle
{
    private const int MostFeatures = 100_000;
    private const int MostRowsAtOnce = 1_000_000;

    private readonly OnnxValueInfo _input;
    private readonly OnnxValueInfo _output;

    /// <param name="model">Bytes of a model that <see cref="OnnxInspection"/> let pass.</param>
    /// <param name="outputName">The output to take; null for the first one of numbers.</param>
    /// <exception cref="InvalidDataException">The model cannot be opened, or takes or gives something else than tables of
    /// numbers.</exception>
    public OnnxSession(ReadOnlySpan<byte> model, string? outputName) : base(0, ownsHandle: true)
    {
        SetHandle(OnnxRuntimeApi.CreateSession(model));
        var inputs = OnnxRuntimeApi.Inputs(handle);
        _input = inputs is [{ Type: OnnxType.Float or OnnxType.Double, Shape: [<= MostRowsAtOnce, > 0 and <= MostFeatures] } table]
            ? table
            : throw new InvalidDataException(
                $"expected one input of float32 or float64 rows with a fixed number of features, at most {MostFeatures}, got {string.Join(", ", inputs)}");
        var outputs = OnnxRuntimeApi.Outputs(handle);
        _output = outputs.FirstOrDefault(o => (outputName is null || string.Equals(o.Name, outputName, StringComparison.Ordinal))
                && o is { Type: OnnxType.Float or OnnxType.Double, Shape.Length: 1 or 2 })
            ?? throw new InvalidDataException(
                $"expected an output {(outputName is null ? "" : $"'{outputName}' ")}of float32 or float64 numbers, one or more for each row, got {string.Join(", ", outputs)}");
    }

    public override bool IsInvalid => handle == 0;

    public int FeatureCount => (int)_input.Shape[1];

    /// <summary>How long one run may take.</summary>
    public TimeSpan Longest { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Name of the output that is taken.</summary>
    public string Output => _output.Name;

    /// <summary>Rows that must be given at once; 0 for any number.</summary>
    public int FixedRows => (int)Math.Max(0, _input.Shape[0]);

    /// <summary>The output for rows laid out one after the other, with the numbers it has for each row.</summary>
    /// <exception cref="InvalidDataException">The model fails, or gives another number of rows than it was given.</exception>
    public (double[] Numbers, int Columns) Run(ReadOnlySpan<double> rows)
    {
        var count = rows.Length / FeatureCount;
        long[] shape = [count, FeatureCount];
        var (numbers, given) = _input.Type is OnnxType.Float
            ? Run(Array.ConvertAll(rows.ToArray(), value => (float)value), shape)
            : Run(rows.ToArray(), shape);
        return given.Length > 0 && given[0] == count
            ? (numbers, given.Length == 2 ? (int)given[1] : 1)
            : throw new InvalidDataException($"the model gave {string.Join(" x ", given)} numbers for {count} rows");
    }

    private (double[] Numbers, long[] Shape) Run<T>(T[] rows, long[] shape) where T : unmanaged
    {
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            if (_output.Type is OnnxType.Double)
                return OnnxRuntimeApi.Run<T, double>(handle, _input.Name, rows, _input.Type!.Value, shape, _output.Name, Longest);
            var (numbers, given) = OnnxRuntimeApi.Run<T, float>(handle, _input.Name, rows, _input.Type!.Value, shape, _output.Name, Longest);
            return (Array.ConvertAll(numbers, value => (double)value), given);
        }
        finally
        {
            if (held) DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        OnnxRuntimeApi.ReleaseSession(handle);
        return true;
    }
}
