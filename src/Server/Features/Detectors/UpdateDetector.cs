using System.Text.Json;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>
/// <c>PUT …/detectors/{detector_id}</c>: what is named is replaced, what is not stays. A model in service stays in service.
/// </summary>
internal static class UpdateDetector
{
    public sealed record Request(
        string? Name = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null, string? Description = null, IReadOnlyList<string>? Tags = null)
    {
        public DetectorUpdated Change(Detector now, DateTimeOffset time) => new(
            Name is null ? now.Name! : DetectorConfiguration.Name(Name),
            Description is null ? now.Description : DetectorConfiguration.Description(Description),
            Parameters is null ? now.Parameters : DetectorConfiguration.Parameters(now.Algorithm, Parameters),
            Tags is null ? now.Tags : DetectorConfiguration.Tags(Tags),
            time);
    }

    public static async Task<IResult> Handle(HttpContext http, string detectorId, Silo silo, DetectorQueries queries, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        var id = ResourceId.Canonical("detector", detectorId);
        await queries.Get(http.Tenant(), id, http.RequestAborted);
        var (detector, version) = await silo.Grain<DetectorGrain>(http.Tenant(), id).Call(
            (grain, ct) => grain.Update(now => request.Change(now, time.GetUtcNow()), IfMatch(http), http.EventMetadata(), ct), http.RequestAborted);
        http.Response.Headers.ETag = $"\"{version}\"";
        return Reply.Ok(DetectorQueries.Body(detector, http.ApiContract()), "Detector updated successfully");
    }

    private static long? IfMatch(HttpContext http) => http.Request.Headers.IfMatch.ToString() switch
    {
        "" or "*" => null,
        var text when long.TryParse(text.Trim('"'), out var version) => version,
        var text => throw new Problem(ProblemKind.PreconditionFailed, $"No version of the detector has the ETag {text}.", "If-Match", "the ETag of a GET"),
    };
}

/// <summary><c>DELETE …/detectors/{detector_id}</c>.</summary>
internal static class DeleteDetector
{
    public static async Task<IResult> Handle(HttpContext http, string detectorId, Silo silo)
    {
        var id = ResourceId.Canonical("detector", detectorId);
        await silo.Grain<DetectorGrain>(http.Tenant(), id).Call((grain, ct) => grain.Delete(http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(new Confirmation("Detector deleted successfully"), "Detector deleted successfully");
    }
}

/// <summary>The capability's paths.</summary>
internal static class DetectorRoutes
{
    public static void MapDetectors(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/api/v1/detectors", "/v1/detectors" })
        {
            routes.MapPost(root, CreateDetector.Handle)
                .Describes<CreateDetector.Request, DetectorBody>("Create a detector", StatusCodes.Status201Created).Needs(Access.Build);
            routes.MapGet(root, ListDetectors.Handle)
                .Describes<DetectorList>("List the detectors, newest first").QueryPage().Query("algorithm", "Only those of an algorithm, by any of its names.")
                .Query("status", "Only those in a state, in either document's word.").Query("search", "Only those whose name or description contains this.")
                .Query("tag", "Only those with a tag.").Needs(Access.Look);
            routes.MapGet($"{root}/{{detectorId}}", GetDetector.Handle).Describes<DetectorBody>("A detector with its training history").Needs(Access.Look);
            routes.MapPut($"{root}/{{detectorId}}", UpdateDetector.Handle)
                .Describes<UpdateDetector.Request, DetectorBody>("Change a detector's configuration").Header("If-Match", "The ETag of the version to change.").Needs(Access.Build);
            routes.MapDelete($"{root}/{{detectorId}}", DeleteDetector.Handle).Describes<Confirmation>("Delete a detector").Needs(Access.Build);
        }
    }
}
