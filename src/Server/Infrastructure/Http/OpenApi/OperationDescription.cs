using System.Globalization;
using System.Reflection;
using System.Text.Json;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>Describes an endpoint from what its route says of it and from the surface of its path.</summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    /// <inheritdoc/>
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var path = $"/{context.Description.RelativePath}";
        if (metadata.OfType<MethodInfo>().FirstOrDefault() is not { } handler)
        {
            throw new InvalidOperationException($"{context.Description.HttpMethod} {path} has no handler that could be described.");
        }

        var description = metadata.OfType<Description>().FirstOrDefault() ?? new Description(string.Empty, null, typeof(JsonElement));
        var surface = ApiContract.Of(path);
        var access = metadata.OfType<Access>().LastOrDefault() ?? Access.Administer;
        var open = access.IsOpen;
        operation.OperationId = OperationIdOf(handler, path);
        operation.Summary = description.Summary;
        operation.Description = Explain(surface, access);
        operation.Tags = new HashSet<OpenApiTagReference> { new(TagOf(handler, surface), context.Document) };
        Parameters(operation, metadata, surface);
        if (description.Request is { } request)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [description.RequestType] = new OpenApiMediaType { Schema = await SchemaOf(request, context, cancellationToken) },
                },
            };
        }

        operation.Responses = Errors.Responses(surface, open, access.IsCounted, description.Request is not null || operation.Parameters is { Count: > 0 }, path.Contains('{', StringComparison.Ordinal), context.Document!);
        operation.Responses[description.Status.ToString(CultureInfo.InvariantCulture)] = await Success(description, surface, context, cancellationToken);
        if (description.OrUnavailable)
        {
            operation.Responses["503"] = await Success(description, surface, context, cancellationToken, "The service cannot be used");
        }

        if (open)
        {
            operation.Security = [];
        }
    }

    /// <summary>The tag of a handler: its surface and its capability.</summary>
    public static string TagOf(MethodInfo handler, ApiContract surface) =>
        $"{Spell(surface.Name)}: {handler.DeclaringType!.Namespace!.Split('.')[2]}";

    // Both documents' paths lead to one handler, and an id must be unique.
    private static string OperationIdOf(MethodInfo handler, string path)
    {
        var name = handler.Name == "Handle" ? handler.DeclaringType!.Name : $"{handler.DeclaringType!.Name}{handler.Name}";
        return path.StartsWith("/v1/", StringComparison.Ordinal) ? $"reference{name}" : JsonNamingPolicy.CamelCase.ConvertName(name);
    }

    private static string Explain(ApiContract surface, Access access)
    {
        var demand = access.IsOpen
            ? "Open without a credential."
            : $"Needs a credential with the permission `{access.Scope}` and one of the roles {string.Join(", ", access.Roles.Append(Role.Admin).Distinct().Select(role => $"`{role}`"))}.";
        return $"{Spell(surface.Name)} surface. {demand}";
    }

    private static string Spell(string name) => $"{char.ToUpperInvariant(name[0])}{name[1..]}";

    private static void Parameters(OpenApiOperation operation, IList<object> metadata, ApiContract surface)
    {
        operation.Parameters ??= [];
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>())
        {
            parameter.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!);
            parameter.Description = $"The {parameter.Name.Replace('_', ' ')}.";
        }

        var paged = metadata.OfType<Paged>().Any() ? Paging.Parameters(surface) : [];
        foreach (var parameter in metadata.OfType<RequestParameter>().Concat(paged))
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = parameter.InHeader ? ParameterLocation.Header : ParameterLocation.Query,
                Description = parameter.Text,
                Schema = Schemas.Of(parameter),
            });
        }
    }

    private static async Task<IOpenApiResponse> Success(
        Description description, ApiContract surface, OpenApiOperationTransformerContext context, CancellationToken ct, string? text = null)
    {
        var payload = await SchemaOf(description.Response, context, ct);
        var schema = description.Enveloped ? Schemas.Envelope(surface, payload) : payload;
        return new OpenApiResponse
        {
            Description = text ?? description.Status switch { 201 => "Created", 202 => "Accepted", _ => "Success" },
            Content = description.ResponseTypes.ToDictionary(
                type => type, type => new OpenApiMediaType { Schema = type == "application/json" ? schema : new OpenApiSchema { Type = JsonSchemaType.String } }),
        };
    }

    private static async Task<IOpenApiSchema> SchemaOf(Type type, OpenApiOperationTransformerContext context, CancellationToken ct) =>
        Components.Keep(await context.GetOrCreateSchemaAsync(type, null, ct), context.Document!);
}
