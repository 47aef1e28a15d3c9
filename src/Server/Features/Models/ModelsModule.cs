namespace EventSourcedAnomaly.Server.Features.Models;

/// <summary>The parts of the feature.</summary>
internal static class ModelsModule
{
    public static IServiceCollection AddModels(this IServiceCollection services) => services.AddSingleton<ModelQueries>();
}
