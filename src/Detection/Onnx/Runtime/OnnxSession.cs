using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EventSourcedAnomaly.Detection.Onnx.Runtime;

/// <summary>
/// A model opened by ONNX Runtime with one table as its input and one of its outputs taken. May be used from several threads at once.
/// </summary>
internal sealed class OnnxSession : IDisposable
{
    private const int MaxFeatures = 100_000;
    private const int MaxRowsPerRun = 1_000_000;

    private readonly InferenceSession _session;
    private readonly OnnxValueInfo _input;
    private readonly OnnxValueInfo _output;

    /// <param name="model">Bytes of a model that <see cref="OnnxInspection"/> let pass.</param>
    /// <param name="outputName">The output to take; null for the first one of numbers.</param>
    /// <exception cref="InvalidDataException">The model cannot be opened, or takes or gives something else than tables of
    /// numbers.</exception>
    public OnnxSession(byte[] model, string? outputName)
    {
        _session = Open(model);
        try
        {
            var inputs = OnnxValueInfo.Of(_session.InputNames, _session.InputMetadata);
            _input = inputs is [{ IsTable: true, Shape: [<= MaxRowsPerRun, > 0 and <= MaxFeatures] } table]
                ? table
                : throw new InvalidDataException(
                    $"expected one input of float32 or float64 rows with a fixed number of features, at most {MaxFeatures}, got "
                        + $"{string.Join(", ", inputs)}");
            var outputs = OnnxValueInfo.Of(_session.OutputNames, _session.OutputMetadata);
            _output = outputs.FirstOrDefault(o => (outputName is null || string.Equals(o.Name, outputName, StringComparison.Ordinal))
                    && o is { IsTable: true, Shape.Length: 1 or 2 })
                ?? throw new InvalidDataException(
                    $"expected an output {(outputName is null ? "" : $"'{outputName}' ")}of float32 or float64 numbers, one or more for "
                        + $"each row, got {string.Join(", ", outputs)}");
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public int FeatureCount => (int)_input.Shape[1];

    /// <summary>How long one run may take.</summary>
    public TimeSpan MaxRunTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Name of the output that is taken.</summary>
    public string Output => _output.Name;

    /// <summary>Rows that must be given together; 0 for any number.</summary>
    public int FixedRows => (int)Math.Max(0, _input.Shape[0]);

    /// <summary>The output for rows laid out one after the other, with the numbers it has for each row.</summary>
    /// <exception cref="InvalidDataException">The model fails, runs too long, or gives another number of rows than it was
    /// given.</exception>
    public (double[] Numbers, int Columns) Run(ReadOnlySpan<double> rows)
    {
        var count = rows.Length / FeatureCount;
        long[] shape = [count, FeatureCount];
        using var input = _input.Type is TensorElementType.Float
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(rows.ToArray(), value => (float)value), shape)
            : OrtValue.CreateTensorValueFromMemory(rows.ToArray(), shape);
        using var results = Run(input, count);
        var given = results[0].GetTensorTypeAndShape().Shape;
        if (given.Length == 0 || given[0] != count)
            throw new InvalidDataException($"the model gave {string.Join(" x ", given)} numbers for {count} rows");
        var numbers = _output.Type is TensorElementType.Float
            ? Array.ConvertAll(results[0].GetTensorDataAsSpan<float>().ToArray(), value => (double)value)
            : results[0].GetTensorDataAsSpan<double>().ToArray();
        return (numbers, given.Length == 2 ? (int)given[1] : 1);
    }

    public void Dispose() => _session.Dispose();

    private static InferenceSession Open(byte[] model)
    {
        using var options = new SessionOptions
        {
            // one thread, so that sums are always taken in the same order
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        try
        {
            return new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"ONNX Runtime: {e.Message}", e);
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException("expected one input of float32 or float64 rows, got a dimension beyond 32 bits", e);
        }
    }

    private IDisposableReadOnlyCollection<OrtValue> Run(OrtValue input, int rows)
    {
        using var options = new RunOptions();
        using var clock = new CancellationTokenSource(MaxRunTime, TimeProvider.System);
        // told to end between two of its operations; disposing waits for a stop that is under way
        using var stop = clock.Token.Register(() => options.Terminate = true);
        try
        {
            return _session.Run(options, [_input.Name], [input], [_output.Name]);
        }
        catch (OnnxRuntimeException e) when (clock.IsCancellationRequested)
        {
            throw new InvalidDataException(
                $"the ONNX model ran longer than {MaxRunTime.TotalSeconds} seconds on {rows} rows and was stopped", e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"ONNX Runtime: {e.Message}", e);
        }
    }
}
