using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>The API's description as YAML, under each of the contracts' roots.</summary>
internal sealed class GetOpenApiYaml(OpenApiDocuments documents) : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("/openapi.yaml", "/v1/openapi.yaml", "/api/v1/openapi.yaml");
        this.Needs(Access.Free);
        this.Streams("application/yaml");
        Options(route => route.ExcludeFromDescription());
        Summary(s => s.Summary = "The API's description as YAML");
    }

    public override async Task HandleAsync(CancellationToken ct) =>
        await Send.ResultAsync(TypedResults.Bytes(await documents.Yaml(), "application/yaml"));
}
