using System.Text.Json;
using System.Text.RegularExpressions;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>What the API's description says of the whole: title, credentials, tags, the errors of each surface.</summary>
internal sealed partial class DocumentDescription(BuildInfo build) : IOpenApiDocumentTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "EventSourcedAnomaly",
            Version = build.Release,
            Description =
                "Anomaly detection on an event-sourced log. Five surfaces lead to one product; a surface is an envelope for answers and a shape for errors. " +
                "`X-Request-ID` is echoed on every answer and stands on every event that the request causes.",
            Contact = new OpenApiContact { Name = "The operators of this server" },
        };
        document.Servers = [new OpenApiServer { Url = "/", Description = "This server" }];
        Credentials(document);
        document.Paths = Renamed(document.Paths);
        document.Tags = document.Paths.Values.SelectMany(path => path.Operations!.Values).SelectMany(operation => operation.Tags!)
            .Select(tag => tag.Reference.Id!).Distinct().Order(StringComparer.Ordinal)
            .Select(name => new OpenApiTag { Name = name, Description = $"{name.Split(": ")[1]} on the {name.Split(": ")[0]} surface." })
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
            ["Bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key or an access token." },
            ["ApiKeyQuery"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Query, Name = "api_key",
                Description = "An API key, for clients that cannot set headers.",
            },
        };
        document.Security = [.. document.Components.SecuritySchemes.Keys.Select(
            scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, document)] = [] })];
    }

    // The documents spell what stands in braces in snake case.
    private static OpenApiPaths Renamed(OpenApiPaths paths)
    {
        var renamed = new OpenApiPaths();
        foreach (var (path, item) in paths.OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            renamed[Braced().Replace(path, match => $"{{{JsonNamingPolicy.SnakeCaseLower.ConvertName(match.Groups["name"].Value)}}}")] = item;
        }

        return renamed;
    }

    [GeneratedRegex(@"\{(?<name>[A-Za-z]+)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Braced();
}
