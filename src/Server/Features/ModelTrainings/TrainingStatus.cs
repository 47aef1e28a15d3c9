using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary><c>GET /api/v1/training/{training_id}/status</c> (000).</summary>
internal static class GetTrainingStatus
{
    public static async Task<IResult> Handle(HttpContext http, string trainingId, ModelTrainingQueries queries) =>
        Reply.Ok(queries.Body(await queries.Get(http.Tenant(), ResourceId.Canonical("training", trainingId), http.RequestAborted)));
}

/// <summary><c>GET /v1/detectors/{detector_id}/training-status</c> (002): the detector's last training.</summary>
internal static class GetDetectorTrainingStatus
{
    public static async Task<IResult> Handle(HttpContext http, string detectorId, DetectorQueries detectors, ModelTrainingQueries queries)
    {
        var id = ResourceId.Canonical("detector", detectorId);
        await detectors.Get(http.Tenant(), id, http.RequestAborted);
        var last = await queries.Last(http.Tenant(), id, http.RequestAborted)
            ?? throw new Problem(ProblemKind.NotFound, "The detector has not been trained yet.", "detector_id", "a detector with a training");
        return Reply.Ok(queries.Body(last));
    }
}

/// <summary><c>POST /api/v1/training/{training_id}/cancel</c>.</summary>
internal static class CancelTraining
{
    public static async Task<IResult> Handle(HttpContext http, string trainingId, Silo silo, ModelTrainingQueries queries)
    {
        var id = ResourceId.Canonical("training", trainingId);
        var session = await silo.Grain<ModelTrainingGrain>(http.Tenant(), id).Call((grain, ct) => grain.Cancel(http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(queries.Body(session), "Training cancelled");
    }
}
