using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Detectors.Endpoints;

/// <summary>Changes a detector: what is named is replaced, what is not stays. A model in service stays in service.</summary>
internal sealed class UpdateDetector(IGrainFactory grains, DetectorQueries queries) : Endpoint<UpdateDetector.Request, DetectorBody>
{
    public sealed record Request(
        string? Name = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null, string? Description = null,
        IReadOnlyList<string>? Tags = null)
    {
        [RouteParam]
        public string DetectorId { get; init; } = string.Empty;

        [FromHeader("If-Match", isRequired: false)]
        public string? IfMatch { get; init; }

        /// <summary>What it names.</summary>
        public ConfigureDetector ToChange(string algorithm) => new(
            Name, Parameters is null ? null : DetectorConfiguration.Parameters(algorithm, Parameters), Description,
            Tags is null ? null : DetectorConfiguration.Tags(Tags), Version());

        // The version that is to be changed; null for whichever is there.
        private long? Version() => IfMatch switch
        {
            null or "*" => null,
            var text when long.TryParse(text.Trim('"'), out var version) => version,
            var text => throw new Problem(ProblemKind.PreconditionFailed, $"No version of the detector has the ETag {text}.", "If-Match",
                "the ETag of a GET"),
        };
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Name).DetectorName();
            RuleFor(r => r.Description).Description();
            RuleFor(r => r.Tags).Tags();
        }
    }

    public override void Configure()
    {
        Put("/api/v1/detectors/{detector_id}", "/v1/detectors/{detector_id}");
        this.Needs(Access.Build);
        this.Answers("Detector updated successfully");
        Summary(s =>
        {
            s.Summary = "Change a detector's configuration";
            s.Params["If-Match"] = "The ETag of the version to change.";
        });
    }

    public override async Task<DetectorBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var id = ResourceId.Canonical("detector", request.DetectorId);
        var algorithm = (await queries.Get(http.Tenant(), id, ct)).Algorithm;
        var version = await grains.Of<IDetectorGrain>(http.Tenant(), id).Configure(request.ToChange(algorithm), ct);
        http.Response.Headers.ETag = $"\"{version}\"";
        return DetectorQueries.Body(await queries.Get(http.Tenant(), id, ct), http.ApiContract());
    }
}
