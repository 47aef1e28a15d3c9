using EventSourcedAnomaly.Detection.ML.Mapping;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML;

/// <summary>
/// A fitted detector as an ML.NET transformer. It adds <c>Score</c> (<see cref="float"/>, as ML.NET's evaluation wants it),
/// <c>DecisionScore</c> (<see cref="double"/>, the detector's own to the last bit), <c>Probability</c> (<see cref="float"/>, 0 to 1) and
/// <c>PredictedLabel</c> (<see cref="bool"/>, true above the threshold), row by row as they are asked for.
/// </summary>
/// <remarks>
/// It is stored by ML.NET's own transformers: a table that holds the detector and a custom mapping that reads it, so that
/// <c>mlContext.Model.Load</c> restores it in a context that was told of this assembly by
/// <see cref="MLContextExtensions.RegisterDetectors"/>.
/// </remarks>
public sealed class DetectorTransformer : ITransformer
{
    private readonly ITransformer _pipeline;

    internal DetectorTransformer(Detector detector, FeatureColumn features)
    {
        Detector = detector;
        FeatureColumnName = features.Name;
        _pipeline = ScoringPipeline.Transformer(new MLContext(0), features, detector);
    }

    /// <summary>The fitted detector.</summary>
    public Detector Detector { get; }

    /// <summary>The column it reads.</summary>
    public string FeatureColumnName { get; }

    /// <summary>Whether rows are mapped one by one; always true.</summary>
    public bool IsRowToRowMapper => _pipeline.IsRowToRowMapper;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The column of features is missing, of another type or length, or its slots have other
    /// names.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        Check(inputSchema);
        return _pipeline.GetOutputSchema(inputSchema);
    }

    /// <inheritdoc/>
    /// <inheritdoc cref="GetOutputSchema" path="/exception"/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Check(input.Schema);
        return _pipeline.Transform(input);
    }

    /// <inheritdoc/>
    /// <inheritdoc cref="GetOutputSchema" path="/exception"/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Check(inputSchema);
        return _pipeline.GetRowToRowMapper(inputSchema);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => _pipeline.Save(ctx);

    private void Check(DataViewSchema schema)
    {
        var features = FeatureColumn.Of(schema, FeatureColumnName);
        if (features.Length != Detector.FeatureCount)
            throw new ArgumentException(
                $"column '{FeatureColumnName}': expected a vector of {Detector.FeatureCount} features, as in training, "
                + $"got {features.Length}",
                nameof(schema));
        if (Detector.FeatureNames is { } names && FeatureColumn.SlotNames(schema, FeatureColumnName) is { } given
            && !names.SequenceEqual(given, StringComparer.Ordinal))
            throw new ArgumentException(
                $"column '{FeatureColumnName}': expected the features {string.Join(", ", names)}, as in training, "
                + $"got {string.Join(", ", given)}",
                nameof(schema));
    }
}
