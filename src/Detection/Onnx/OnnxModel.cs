using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Onnx.Runtime;

namespace EventSourcedAnomaly.Detection.Onnx;

/// <summary>What a foreign model's output says about a row.</summary>
public enum OnnxReading
{
    /// <summary>One number for each row: its score.</summary>
    Score,

    /// <summary>One number for each class: the last one is the score, as in the probabilities of a classifier.</summary>
    LastColumn,

    /// <summary>The row as the model reconstructs it: the score is its distance from the row.</summary>
    Reconstruction,
}

/// <summary>How a foreign model is read.</summary>
/// <param name="Reading">What the output says.</param>
/// <param name="Output">Name of the output; null for the first one of floating-point numbers.</param>
/// <param name="LowerIsAnomalous">Whether low numbers are anomalous, as in scikit-learn's <c>decision_function</c>.</param>
/// <param name="IsSequential">Whether the rows are points in time that the model must see together.</param>
public sealed record OnnxOutput(
    OnnxReading Reading = OnnxReading.Score, string? Output = null, bool LowerIsAnomalous = false, bool IsSequential = false);

/// <summary>
/// A model trained elsewhere, as an ONNX file, scored by ONNX Runtime. <see cref="Detector.Fit"/> does not change it: it takes the
/// threshold from the scores of the rows it is given. Scores are reproducible with the same version of ONNX Runtime on the same kind of
/// processor. A model is code: it cannot reach files or the network, but can use memory, and time up to <see cref="MaxRunTime"/>.
/// </summary>
public sealed class OnnxModel : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("ONNX", [], "imported", [Parameter.Contamination])
    {
        Make = (parameters, seed) => new OnnxModel(parameters, seed),
    };

    /// <summary>The largest file that is opened, in bytes.</summary>
    public const int MaxBytes = 1 << 29;

    private byte[] _model = [];
    private OnnxOutput _output = new();
    private OnnxTraining? _training;
    private OnnxSession _session = null!;

    private OnnxModel(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    /// <summary>
    /// Opens a model. One that <see cref="OnnxExport"/> wrote brings threshold, scale and names of its training, and scores at once; any
    /// other scores once <see cref="Detector.Fit"/> was given rows to set the threshold by.
    /// </summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <param name="output">How its output is read; null for one score for each row, of a series where <see cref="OnnxExport"/> wrote
    /// one.</param>
    /// <param name="contamination">Share of anomalies in the rows the threshold is taken from, in (0, 0.5].</param>
    /// <exception cref="InvalidDataException">The bytes are no model that can be run here; the message says why.</exception>
    /// <exception cref="ParameterException">The contamination is out of range.</exception>
    public static OnnxModel Import(byte[] model, OnnxOutput? output = null, double contamination = 0.1)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!Parameter.Contamination.Numbers!.Value.Contains(contamination))
            throw new ParameterException("contamination", Parameter.Contamination.Expected, $"{contamination}");
        var detector = new OnnxModel(ParameterSet.Restore(Definition.Parameters, [new("contamination", contamination)]), 0);
        detector.Open(model, output);
        detector.TakeTraining();
        return detector;
    }

    /// <summary>
    /// How long the model may take for the rows it is given at once, up to 1,024 unless it is sequential; five minutes unless set. A
    /// model that takes longer is stopped and scoring ends in an <see cref="InvalidDataException"/>.
    /// </summary>
    public TimeSpan MaxRunTime
    {
        get => _session.MaxRunTime;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
            _session.MaxRunTime = value;
        }
    }

    /// <summary>Columns that the model takes.</summary>
    public int InputFeatures => _session.FeatureCount;

    /// <summary>Name of the output that is read.</summary>
    public string OutputName => _session.Output;

    /// <inheritdoc/>
    public override bool IsSequential => _output.IsSequential;

    private protected override int BlockRows => _output.IsSequential ? int.MaxValue : base.BlockRows;

    private void Open(byte[] model, OnnxOutput? chosen)
    {
        if (chosen is not null && !Enum.IsDefined(chosen.Reading))
            throw new ParameterException("reading", string.Join(", ", Enum.GetNames<OnnxReading>()), $"{chosen.Reading}");
        if (model.Length > MaxBytes)
            throw new InvalidDataException($"the ONNX model has {model.Length} bytes, at most {MaxBytes} are opened");
        var metadata = OnnxInspection.Check(model);
        var output = chosen ?? new OnnxOutput(
            IsSequential: metadata.TryGetValue(OnnxExport.Sequential, out var sequential)
                && string.Equals(sequential, "true", StringComparison.Ordinal));
        (_model, _output, _session) = (model, output, new OnnxSession(model, output.Output));
        _training = chosen is null ? OnnxTraining.Of(metadata, _session.FeatureCount) : null;
    }

    /// <summary>Takes over the threshold, the scale and the names that a model of this library brings.</summary>
    private void TakeTraining()
    {
        if (_training is not { } training) return;
        Restore(training.Center, training.Scores, training.Scale);
        FeatureNames = training.FeatureNames;
    }

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        if (x.Columns != _session.FeatureCount)
            throw new ArgumentException($"expected {_session.FeatureCount} columns as the ONNX model takes, got {x.Columns}", nameof(x));
        return ScoreRows(x, ct);
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var together = _session.FixedRows > 0 ? _session.FixedRows : scores.Length;
        var features = _session.FeatureCount;
        if (scores.Length % Math.Max(1, together) != 0)
            throw new InvalidDataException($"the ONNX model takes {together} rows at once, got {scores.Length}");
        for (var first = 0; first < scores.Length; first += together)
        {
            var part = rows.Slice(first * features, together * features);
            var (numbers, columns) = _session.Run(part);
            for (var i = 0; i < together; i++)
                scores[first + i] = Read(part.Slice(i * features, features), numbers.AsSpan(i * columns, columns));
        }
    }

    private double Read(ReadOnlySpan<double> row, ReadOnlySpan<double> numbers)
    {
        var expected = _output.Reading switch
        {
            OnnxReading.Score => 1,
            OnnxReading.Reconstruction => row.Length,
            _ => Math.Max(1, numbers.Length),
        };
        if (numbers.Length != expected)
            throw new InvalidDataException(
                $"the ONNX model's output '{OutputName}' has {numbers.Length} numbers for a row, {_output.Reading} needs {expected}");
        var score = _output.Reading is OnnxReading.Reconstruction
            ? System.Numerics.Tensors.TensorPrimitives.Distance(row, numbers)
            : numbers[^1];
        if (!double.IsFinite(score)) throw new InvalidDataException($"the ONNX model gave the score {score}");
        return _output.LowerIsAnomalous ? -score : score;
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Bytes(_model);
        writer.Int((int)_output.Reading);
        writer.Text(_session.Output);
        writer.Int(_output.LowerIsAnomalous ? 1 : 0);
        writer.Int(_output.IsSequential ? 1 : 0);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        var model = reader.Bytes().ToArray();
        Open(model, new OnnxOutput((OnnxReading)reader.Int(), reader.Text(), reader.Int() != 0, reader.Int() != 0));
    }
}
