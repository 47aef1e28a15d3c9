using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Detectors.Endpoints;

/// <summary>Deletes a detector.</summary>
internal sealed class DeleteDetector(IGrainFactory grains) : Endpoint<DeleteDetector.Request, Confirmation>
{
    public sealed record Request
    {
        [RouteParam]
        public string DetectorId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Delete("/api/v1/detectors/{detector_id}", "/v1/detectors/{detector_id}");
        this.Needs(Access.Build);
        this.Answers("Detector deleted successfully");
        Summary(s => s.Summary = "Delete a detector");
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, ResourceId.Canonical("detector", request.DetectorId));
        await grains.Of<IDetectorGrain>(http.Tenant(), id).Delete(http.RequestAborted);
        return new Confirmation("Detector deleted successfully");
    }
}
