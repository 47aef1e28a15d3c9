using System.Text.Json;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary><c>POST /api/v1/detectors</c>, <c>POST /v1/detectors</c>.</summary>
internal static class CreateDetector
{
    public sealed record Request(
        string Name, string Algorithm, IReadOnlyDictionary<string, JsonElement>? Parameters = null, string? Description = null, IReadOnlyList<string>? Tags = null)
    {
        /// <summary>The event that the request asks for, if it validates.</summary>
        public DetectorCreated Validate(string id, DateTimeOffset now)
        {
            var algorithm = DetectorConfiguration.Algorithm(Algorithm);
            return new DetectorCreated(
                id, DetectorConfiguration.Name(Name), DetectorConfiguration.Description(Description), algorithm,
                DetectorConfiguration.Parameters(algorithm, Parameters), DetectorConfiguration.Tags(Tags), now);
        }
    }

    public static async Task<IResult> Handle(HttpContext http, Silo silo, TimeProvider time)
    {
        var id = ResourceId.New("detector");
        var wanted = (await Body.Read<Request>(http)).Validate(id, time.GetUtcNow());
        var detector = await silo.Grain<DetectorGrain>(http.Tenant(), id).Call((grain, ct) => grain.Create(wanted, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Created($"{http.Request.Path}/{id}", DetectorQueries.Body(detector, http.ApiContract()), "Detector created successfully");
    }
}
