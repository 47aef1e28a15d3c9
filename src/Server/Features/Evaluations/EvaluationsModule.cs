using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Evaluations;

/// <summary>The parts of the feature.</summary>
internal static class EvaluationsModule
{
    public static IServiceCollection AddEvaluations(this IServiceCollection services) => services
        .AddAggregate<Evaluation>().AddSingleton<DetectorEvaluation>();
}
