namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>The parts of authentication, authorization and rate limits.</summary>
internal static class SecurityModule
{
    public static IServiceCollection AddSecurity(this IServiceCollection services) => services
        .AddSingleton<SecurityEpoch>().AddSingleton<Credentials>().AddSingleton<SigningKeys>().AddSingleton<AccessTokens>()
        .AddSingleton<RateWindows>().AddHostedService(provider => provider.GetRequiredService<RateWindows>());
}
