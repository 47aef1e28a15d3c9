using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Detectors.Endpoints;

/// <summary>Creates a detector.</summary>
internal sealed class CreateDetector(IGrainFactory grains, DetectorQueries queries, TimeProvider time)
    : Endpoint<CreateDetector.Request, DetectorBody>
{
    public sealed record Request(
        string Name, string Algorithm, IReadOnlyDictionary<string, JsonElement>? Parameters = null, string? Description = null,
        IReadOnlyList<string>? Tags = null);

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
        Post("/api/v1/detectors", "/v1/detectors");
        this.Needs(Access.Build);
        this.Answers(StatusCodes.Status201Created, "Detector created successfully");
        Summary(s => s.Summary = "Create a detector");
    }

    public override async Task<DetectorBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var id = ResourceId.New("detector");
        var wanted = DetectorConfiguration.Created(id, request.Name, request.Algorithm, request.Parameters, request.Description,
            request.Tags, time.GetUtcNow());
        await grains.Of<IDetectorGrain>(http.Tenant(), id).Create(wanted, http.RequestAborted);
        http.Locate($"{http.Request.Path}/{id}");
        return DetectorQueries.Body(await queries.Get(http.Tenant(), id, ct), http.ApiContract());
    }
}
