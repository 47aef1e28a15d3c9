using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>The parts of the feature.</summary>
internal static class DetectorsModule
{
    public static IServiceCollection AddDetectors(this IServiceCollection services) => services
        .AddAggregate<Detector>().AddSingleton<DetectorQueries>();
}
