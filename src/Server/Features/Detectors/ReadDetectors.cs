using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary><c>GET …/detectors</c>: filtered by algorithm, status, search and tag, newest first.</summary>
internal static class ListDetectors
{
    public static async Task<IResult> Handle(HttpContext http, DetectorQueries queries)
    {
        var page = Paging.Of(http);
        var (states, total) = await queries.List(http, http.Tenant(), page);
        return Reply.Ok(new DetectorList([.. states.Select(state => DetectorQueries.Body(state, http.ApiContract()))], page.Describe(total)));
    }
}

/// <summary><c>GET …/detectors/{detector_id}</c>, with the version as <c>ETag</c>.</summary>
internal static class GetDetector
{
    public static async Task<IResult> Handle(HttpContext http, string detectorId, DetectorQueries queries)
    {
        var (detector, version) = await queries.Get(http.Tenant(), ResourceId.Canonical("detector", detectorId), http.RequestAborted);
        http.Response.Headers.ETag = $"\"{version}\"";
        return Reply.Ok(DetectorQueries.Body(detector, http.ApiContract()));
    }
}
