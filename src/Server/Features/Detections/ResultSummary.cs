namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>The summary of a result with its quality, where labels tell it.</summary>
internal sealed record ResultSummary(
    long TotalSamples, long AnomaliesDetected, double AnomalyRate, double AverageConfidence, double? Accuracy, double? Precision,
    double? Recall, double? F1Score)
{
    public ResultSummary(DetectionCompleted result)
        : this(
            result.Summary.TotalSamples, result.Summary.AnomaliesDetected, result.Summary.AnomalyRate, result.Summary.AverageConfidence,
            result.Quality.Accuracy, result.Quality.Precision, result.Quality.Recall, result.Quality.F1Score)
    {
    }
}
