using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>The API's description as bytes, made at the first request for it: a build's routes never change.</summary>
internal sealed class OpenApiDocuments
{
    /// <summary>Under which name ASP.NET Core knows the document.</summary>
    public const string Name = "api";

    private readonly Lazy<Task<(byte[] Json, byte[] Yaml)>> _rendered;

    public OpenApiDocuments([FromKeyedServices(Name)] IOpenApiDocumentProvider provider) =>
        _rendered = new(() => Render(provider));

    /// <summary>As JSON.</summary>
    public async Task<byte[]> Json() => (await _rendered.Value).Json;

    /// <summary>As YAML.</summary>
    public async Task<byte[]> Yaml() => (await _rendered.Value).Yaml;

    private static async Task<(byte[] Json, byte[] Yaml)> Render(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        using var json = new MemoryStream();
        using var yaml = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        await document.SerializeAsYamlAsync(yaml, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        return (json.ToArray(), yaml.ToArray());
    }
}
