using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>The parts of the feature.</summary>
internal static class UsersModule
{
    public static IServiceCollection AddUsers(this IServiceCollection services) => services
        .AddAggregate<User>().AddSingleton<UserNames>().AddSingleton<Passwords>().AddSingleton<UserQueries>().AddSingleton<UserService>();
}
