using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>The parts of the feature.</summary>
internal static class SignInsModule
{
    public static IServiceCollection AddSignIns(this IServiceCollection services) => services
        .AddAggregate<LoginSession>().AddAggregate<SignInAttempts>().AddSingleton<LoginSessionQueries>().AddSingleton<SignInService>();
}
