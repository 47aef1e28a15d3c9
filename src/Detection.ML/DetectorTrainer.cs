using EventSourcedAnomaly.Detection.ML.Mapping;
using Microsoft.ML;

namespace EventSourcedAnomaly.Detection.ML;

/// <summary>
/// Any detector of tables as an ML.NET estimator. It learns from a column of features, a vector of <see cref="float"/> or
/// <see cref="double"/> of known length, and a supervised detector from a column of truth values on top.
/// </summary>
public sealed class DetectorTrainer : IEstimator<DetectorTransformer>
{
    private readonly Func<Detector> _create;
    private readonly string _features;
    private readonly string _label;
    private readonly IProgress<double>? _progress;
    private readonly CancellationToken _ct;

    internal DetectorTrainer(Func<Detector> create, string features, string label, IProgress<double>? progress, CancellationToken ct)
    {
        (_create, _features, _label, _progress, _ct) = (create, features, label, progress, ct);
        var detector = create();
        if (detector.IsSequential)
            throw new NotSupportedException($"{detector.Algorithm} scores points in time together; ML.NET maps rows one by one");
        Info = detector.Info;
    }

    /// <summary>The algorithm.</summary>
    public AlgorithmInfo Info { get; }

    /// <summary>Fits a new detector.</summary>
    /// <exception cref="ArgumentException">A column is missing, of another type, or holds what detectors do not take; the message names
    /// it.</exception>
    /// <exception cref="OperationCanceledException">The token given at creation was cancelled.</exception>
    public DetectorTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var features = FeatureColumn.Of(input.Schema, _features);
        var rows = features.Read(input, _ct);
        var detector = _create();
        if (detector is SupervisedDetector supervised)
            supervised.Fit(rows, LabelColumn.Read(input, _label, _ct), _progress, _ct);
        else
            detector.Fit(rows, _progress, _ct);
        detector.FeatureNames = FeatureColumn.SlotNames(input.Schema, _features);
        return new DetectorTransformer(detector, features);
    }

    /// <summary>The columns of the input and <c>Score</c>, <c>DecisionScore</c>, <c>Probability</c> and <c>PredictedLabel</c>.</summary>
    /// <exception cref="ArgumentException">The column of features or of labels is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var features = FeatureColumn.Of(inputSchema, _features);
        if (Info.IsSupervised) LabelColumn.Check(inputSchema, _label);
        var pipeline = ScoringPipeline.Estimator(new MLContext(0), features, model: "", features.Mapping(loaded: null));
        return pipeline.GetOutputSchema(inputSchema);
    }
}
