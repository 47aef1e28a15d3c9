using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Tenants;

/// <summary>The parts of the feature.</summary>
internal static class TenantsModule
{
    public static IServiceCollection AddTenants(this IServiceCollection services) => services
        .AddAggregate<Tenant>().AddSingleton<TenantQueries>();
}
