using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

/// <summary>The machine's processors, memory, disk and graphics cards.</summary>
internal sealed class GetResources(ResourceMonitor monitor) : EndpointWithoutRequest<ResourceUsage>
{
    public override void Configure()
    {
        Get("/api/v1/monitor/resources");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "The machine's processors, memory, disk and graphics cards");
    }

    public override Task<ResourceUsage> ExecuteAsync(CancellationToken ct) => Task.FromResult(monitor.Now);
}
