using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>The parts of the feature.</summary>
internal static class DetectionsModule
{
    public static IServiceCollection AddDetections(this IServiceCollection services) => services
        .AddAggregate<DetectionResult>().AddTableProjection<DetectionStatistics>().AddTableProjection<DetectionQuality>()
        .AddSingleton<LoadedModels>().AddSingleton<DetectionService>().AddSingleton<DetectionRecord>().AddSingleton<ResultQueries>()
        .AddSingleton<RecordedDetections>().AddSingleton<AdHocModels>().AddSingleton<AdHocDetectionService>();
}
