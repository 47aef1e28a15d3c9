using EventSourcedAnomaly.Server.Security;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Detectors;

/// <summary><c>GET …/detectors</c>: filtered by algorithm, status, search and tag, newest first.</summary>
internal static class ListDetectors
{
    public static async Task<IResult> Handle(HttpContext http, DetectorViews views)
    {
        var page = Paging.Of(http);
        var (states, total) = await views.List(http, http.Tenant(), page);
        return Reply.Ok(new DetectorList([.. states.Select(state => DetectorViews.Body(state, http.Surface()))], page.Describe(total)));
    }
}

/// <summary><c>GET …/detectors/{detector_id}</c>, with the version as <c>ETag</c>.</summary>
internal static class GetDetector
{
    public static async Task<IResult> Handle(HttpContext http, string detectorId, DetectorViews views)
    {
        var (detector, version) = await views.Get(http.Tenant(), ResourceId.Canonical("detector", detectorId), http.RequestAborted);
        http.Response.Headers.ETag = $"\"{version}\"";
        return Reply.Ok(DetectorViews.Body(detector, http.Surface()));
    }
}
