namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Which results are wanted; what is null does not matter.</summary>
internal sealed record ResultFilter(
    string? DetectorId = null, string? DatasetId = null, DateTimeOffset? From = null, DateTimeOffset? To = null, long AnomaliesAtLeast = 0,
    bool? WithAnomalies = null);
