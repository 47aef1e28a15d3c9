using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Evaluations;

/// <summary>A detector's predictions were compared with the labels of a data set.</summary>
/// <param name="Id">The evaluation's id.</param>
/// <param name="DetectorId">The detector.</param>
/// <param name="DatasetId">The data set.</param>
/// <param name="ModelVersion">Which of the detector's models judged.</param>
/// <param name="ModelSha256">Of its bytes, in hex.</param>
/// <param name="DatasetSha256">Of the data set's manifest, in hex.</param>
/// <param name="CodeVersion">The build that judged.</param>
/// <param name="Counts">Predictions counted against labels.</param>
/// <param name="Metrics">How well they agree.</param>
/// <param name="CrossValidation">How models do that are fitted to other rows of the data set, if that was asked for.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="EvaluatedAt">When.</param>
public sealed record DetectorEvaluated(
    string Id,
    string DetectorId,
    string DatasetId,
    int ModelVersion,
    string ModelSha256,
    string DatasetSha256,
    string CodeVersion,
    PredictionCounts Counts,
    ClassificationMetrics Metrics,
    FoldMetrics? CrossValidation,
    double Seconds,
    DateTimeOffset EvaluatedAt) : IDomainEvent;

/// <summary>Predictions counted against labels.</summary>
public sealed record PredictionCounts(int TruePositives, int FalsePositives, int TrueNegatives, int FalseNegatives);

/// <summary>The accuracy on each fold by a model fitted on the others.</summary>
public sealed record FoldMetrics(double MeanAccuracy, double StdAccuracy, IReadOnlyList<double> FoldScores);

/// <summary>An evaluation that was done.</summary>
public sealed record Evaluation(DetectorEvaluated? Done) : Aggregate, IAggregate<Evaluation>
{
    /// <inheritdoc/>
    public static string StreamType => "evaluation";

    /// <inheritdoc/>
    public static Evaluation Initial { get; } = new((DetectorEvaluated?)null);

    public Evaluation Apply(DetectorEvaluated e) => new(e);

    /// <summary>Records it.</summary>
    public static IReadOnlyList<IDomainEvent> Record(Evaluation state, DetectorEvaluated done) => state.Done is null ? [done] : [];
}
