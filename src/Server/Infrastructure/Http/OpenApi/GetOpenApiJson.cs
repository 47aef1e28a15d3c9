using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>The API's description as JSON, under each of the contracts' roots.</summary>
internal sealed class GetOpenApiJson(OpenApiDocuments documents) : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("/openapi.json", "/v1/openapi.json", "/api/v1/openapi.json");
        this.Needs(Access.Free);
        this.Streams("application/json");
        Options(route => route.ExcludeFromDescription());
        Summary(s => s.Summary = "The API's description as JSON");
    }

    public override async Task HandleAsync(CancellationToken ct) =>
        await Send.ResultAsync(TypedResults.Bytes(await documents.Json(), "application/json"));
}
