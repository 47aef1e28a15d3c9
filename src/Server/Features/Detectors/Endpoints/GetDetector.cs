using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Detectors.Endpoints;

/// <summary>Shows a detector, with the version as <c>ETag</c>.</summary>
internal sealed class GetDetector(DetectorQueries queries) : Endpoint<GetDetector.Request, DetectorBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string DetectorId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/detectors/{detector_id}", "/v1/detectors/{detector_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A detector with its training history");
    }

    public override async Task<DetectorBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var detector = await queries.Get(http.Tenant(), ResourceId.Canonical("detector", request.DetectorId),
            http.RequestAborted);
        http.Response.Headers.ETag = $"\"{detector.Version}\"";
        return DetectorQueries.Body(detector, http.ApiContract());
    }
}
