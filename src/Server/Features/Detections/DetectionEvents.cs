using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>
/// A model judged some rows. The rows and the predictions lie beside the stream; this says which model made them, and of what.
/// </summary>
/// <param name="Id">The result's id.</param>
/// <param name="DetectorId">The detector; empty when there is none.</param>
/// <param name="DatasetId">The data set the rows came from; null for rows that came with the request.</param>
/// <param name="TrainingId">The training whose model judged.</param>
/// <param name="ModelVersion">That model's version.</param>
/// <param name="ModelSha256">Of its bytes, in hex.</param>
/// <param name="CodeVersion">The build that judged.</param>
/// <param name="Threshold">The score from 0 to 1 above which a row is an anomaly.</param>
/// <param name="InputSha256">Of the rows as stored, in hex.</param>
/// <param name="PredictionsSha256">Of the predictions as stored, in hex.</param>
/// <param name="Summary">What came of it.</param>
/// <param name="Quality">How well the predictions agree with labels, where there are any.</param>
/// <param name="Cost">What it took.</param>
/// <param name="CompletedAt">When.</param>
/// <param name="AdHocModel">The model, when it was made for this detection alone; then there is no detector.</param>
/// <param name="BatchId">The batch that it is the result of; its rows are the data set's, and its predictions lie beside the batch's
/// stream.</param>
public sealed record DetectionCompleted(
    string Id,
    string DetectorId,
    string? DatasetId,
    string TrainingId,
    int ModelVersion,
    string ModelSha256,
    string CodeVersion,
    double Threshold,
    string InputSha256,
    string PredictionsSha256,
    DetectionSummary Summary,
    ClassificationMetrics Quality,
    DetectionCost Cost,
    DateTimeOffset CompletedAt,
    TrainedModel? AdHocModel = null,
    string? BatchId = null) : IDomainEvent
{
    /// <summary>Beside which stream the model's bytes lie.</summary>
    internal string ModelStream => AdHocModel is null ? DetectorId : PredictionsStream;

    /// <summary>Beside which stream the predictions lie.</summary>
    internal string PredictionsStream => BatchId ?? Id;
}

/// <summary>What came of a detection.</summary>
public sealed record DetectionSummary(long TotalSamples, long AnomaliesDetected, double AnomalyRate, double AverageConfidence);

/// <summary>What a detection took.</summary>
/// <param name="Seconds">Of wall time.</param>
/// <param name="CpuSeconds">Of the process's processor time meanwhile.</param>
/// <param name="MemoryMb">Allocated for it.</param>
/// <param name="StoredMb">Stored for it.</param>
public sealed record DetectionCost(double Seconds, double CpuSeconds, double MemoryMb, double StoredMb);

/// <summary>A detection that was done.</summary>
public sealed record DetectionResult(DetectionCompleted? Completed) : Aggregate, IAggregate<DetectionResult>
{
    /// <inheritdoc/>
    public static string StreamType => "detection_result";

    /// <inheritdoc/>
    public static DetectionResult Initial { get; } = new((DetectionCompleted?)null);

    public DetectionResult Apply(DetectionCompleted e) => new(e);
}
