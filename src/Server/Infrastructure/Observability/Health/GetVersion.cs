using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>What this build can do.</summary>
internal sealed class GetVersion(BuildInfo build) : EndpointWithoutRequest<GetVersion.Response>
{
    private static readonly string[] Features = ["explainability", "cross_validation", "audit", "replay", "multi_tenancy"];

    public new sealed record Response(
        string ApiVersion, string PynomalyVersion, string Build, IReadOnlyList<string> SupportedAlgorithms, IReadOnlyList<string> Features);

    public override void Configure()
    {
        Get("/v1/version");
        this.Needs(Access.Open);
        Summary(s => s.Summary = "What this build can do");
    }

    public override Task<Response> ExecuteAsync(CancellationToken ct) => Task.FromResult(new Response(
        build.Release, build.Release, build.Version, [.. ProductAlgorithms.Catalog.All.Select(algorithm => algorithm.Name)],
        [.. ProductAlgorithms.Catalog.All.Any(algorithm => algorithm.Family == "ensemble")
            ? ["ensemble"] : Array.Empty<string>(), .. Features]));
}
