using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Detectors;
using EventSourcedAnomaly.Server.Security;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Training;

/// <summary><c>GET /api/v1/training/{training_id}/status</c> (000).</summary>
internal static class GetTrainingStatus
{
    public static async Task<IResult> Handle(HttpContext http, string trainingId, TrainingViews views) =>
        Reply.Ok(views.Body(await views.Get(http.Tenant(), ResourceId.Canonical("training", trainingId), http.RequestAborted)));
}

/// <summary><c>GET /v1/detectors/{detector_id}/training-status</c> (002): the detector's last training.</summary>
internal static class GetDetectorTrainingStatus
{
    public static async Task<IResult> Handle(HttpContext http, string detectorId, DetectorViews detectors, TrainingViews views)
    {
        var id = ResourceId.Canonical("detector", detectorId);
        await detectors.Get(http.Tenant(), id, http.RequestAborted);
        var last = await views.Last(http.Tenant(), id, http.RequestAborted)
            ?? throw new Problem(ProblemKind.NotFound, "The detector has not been trained yet.", "detector_id", "a detector with a training");
        return Reply.Ok(views.Body(last));
    }
}

/// <summary><c>POST /api/v1/training/{training_id}/cancel</c>.</summary>
internal static class CancelTraining
{
    public static async Task<IResult> Handle(HttpContext http, string trainingId, Silo silo, TrainingViews views)
    {
        var id = ResourceId.Canonical("training", trainingId);
        var session = await silo.Grain<TrainingGrain>(http.Tenant(), id).Call((grain, ct) => grain.Cancel(http.Origin(), ct), http.RequestAborted);
        return Reply.Ok(views.Body(session), "Training cancelled");
    }
}
