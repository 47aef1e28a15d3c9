using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>What the API's description says of the whole: title, credentials, tags, the errors of each API contract.</summary>
internal sealed class DocumentDescription(BuildInfo build) : IOpenApiDocumentTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "EventSourcedAnomaly",
            Version = build.Release,
            Description =
                "Anomaly detection on an event-sourced log. Five API contracts lead to one product; a contract is an envelope for "
                    + "answers and a shape for errors. " +
                "`X-Request-ID` is echoed on every answer and stands on every event that the request causes.",
            Contact = new OpenApiContact { Name = "The operators of this server" },
        };
        document.Servers = [new OpenApiServer { Url = "/", Description = "This server" }];
        Credentials(document);
        document.Paths = Sorted(document.Paths);
        document.Tags = document.Paths.Values.SelectMany(path => path.Operations!.Values).SelectMany(operation => operation.Tags!)
            .Select(tag => tag.Reference.Id!).Distinct().Order(StringComparer.Ordinal)
            .Select(name => new OpenApiTag { Name = name, Description = $"{name.Split(": ")[1]} on the {name.Split(": ")[0]} contract." })
            .ToHashSet();
        return Task.CompletedTask;
    }

    private static void Credentials(OpenApiDocument document)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["ApiKeyHeader"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key", Description = "An API key.",
            },
            ["Bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer",
                Description = "An API key or an access token."
            },
            ["ApiKeyQuery"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Query, Name = "api_key",
                Description = "An API key, for clients that cannot set headers.",
            },
        };
        document.Security = [.. document.Components.SecuritySchemes.Keys.Select(
            scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, document)] = [] })];
    }

    private static OpenApiPaths Sorted(OpenApiPaths paths)
    {
        var sorted = new OpenApiPaths();
        foreach (var (path, item) in paths.OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            sorted[path] = item;
        }

        return sorted;
    }
}
