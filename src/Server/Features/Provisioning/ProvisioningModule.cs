namespace EventSourcedAnomaly.Server.Features.Provisioning;

/// <summary>The parts of the feature: what a server makes for itself when it starts.</summary>
internal static class ProvisioningModule
{
    public static IServiceCollection AddProvisioning(this IServiceCollection services) =>
        services.AddHostedService<FirstStart>().AddHostedService<DemoTenant>();
}
