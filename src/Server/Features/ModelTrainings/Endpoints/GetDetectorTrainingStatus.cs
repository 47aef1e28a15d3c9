using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings.Endpoints;

/// <summary>Shows a detector's last training.</summary>
internal sealed class GetDetectorTrainingStatus(DetectorQueries detectors, ModelTrainingQueries queries)
    : Endpoint<GetDetectorTrainingStatus.Request, TrainingBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string DetectorId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/v1/detectors/{detector_id}/training-status");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A detector's last training as it stands");
    }

    public override async Task<TrainingBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var id = ResourceId.Canonical("detector", request.DetectorId);
        await detectors.Get(HttpContext.Tenant(), id, ct);
        var last = await queries.Last(HttpContext.Tenant(), id, ct)
            ?? throw new Problem(ProblemKind.NotFound, "The detector has not been trained yet.", "detector_id",
                "a detector with a training");
        return queries.Body(last);
    }
}
