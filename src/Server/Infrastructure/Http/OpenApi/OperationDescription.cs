using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>Describes an operation from its endpoint's definition, its request and the API contract of its path.</summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    /// <inheritdoc/>
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var path = $"/{context.Description.RelativePath}";
        var endpoint = metadata.OfType<EndpointDefinition>().FirstOrDefault()
            ?? throw new InvalidOperationException($"{context.Description.HttpMethod} {path} is no endpoint that could be described.");
        var contract = ApiContract.Of(path);
        var access = metadata.OfType<Access>().LastOrDefault() ?? Access.Administer;
        operation.OperationId = OperationIdOf(endpoint, path);
        operation.Summary = endpoint.EndpointSummary?.Summary;
        operation.Description = Explain(contract, access);
        operation.Tags = new HashSet<OpenApiTagReference> { new(TagOf(endpoint, contract), context.Document) };
        operation.Parameters = [.. Parameters(endpoint, contract, path)];
        operation.RequestBody = await BodyOf(endpoint, metadata, context, cancellationToken);
        operation.Responses = Errors.Responses(
            contract, access.IsOpen, access.IsCounted, operation.RequestBody is not null || operation.Parameters.Count > 0,
            path.Contains('{', StringComparison.Ordinal),
            context.Document!);
        var success = metadata.OfType<Success>().LastOrDefault() ?? Success.Default;
        operation.Responses[success.Status.ToString(CultureInfo.InvariantCulture)] = await Answer(success, endpoint, contract, context,
            cancellationToken);
        if (success.OrUnavailable)
        {
            operation.Responses["503"] = await Answer(success, endpoint, contract, context, cancellationToken,
                "The service cannot be used");
        }

        if (access.IsOpen)
        {
            operation.Security = [];
        }
    }

    /// <summary>The tag of an endpoint: its contract and its feature.</summary>
    private static string TagOf(EndpointDefinition endpoint, ApiContract contract) =>
        $"{Spell(contract.Name)}: {endpoint.EndpointType.Namespace!.Split('.')[3]}";

    // Both contracts' paths lead to one endpoint, and an id must be unique.
    private static string OperationIdOf(EndpointDefinition endpoint, string path) => path.StartsWith("/v1/", StringComparison.Ordinal)
        ? $"reference{endpoint.EndpointType.Name}"
        : JsonNamingPolicy.CamelCase.ConvertName(endpoint.EndpointType.Name);

    private static string Explain(ApiContract contract, Access access)
    {
        var demand = access.IsOpen
            ? "Open without a credential."
            : $"Needs a credential with the permission `{access.Scope}` and one of the roles "
                + $"{string.Join(", ", access.Roles.Append(Role.Admin).Distinct().Select(role => $"`{role}`"))}.";
        return $"{Spell(contract.Name)} contract. {demand}";
    }

    private static string Spell(string name) => $"{char.ToUpperInvariant(name[0])}{name[1..]}";

    private static IEnumerable<IOpenApiParameter> Parameters(EndpointDefinition endpoint, ApiContract contract, string path)
    {
        var texts = endpoint.EndpointSummary?.Params ?? [];
        var rules = (endpoint.ValidatorType is null
            ? null
            : Activator.CreateInstance(endpoint.ValidatorType) as IValidator)?.CreateDescriptor();
        foreach (var member in RequestMember.Of(endpoint.ReqDtoType))
        {
            if (member.Source == RequestSource.Page)
            {
                foreach (var (name, text) in Paging.Parameters(contract))
                {
                    yield return new OpenApiParameter
                    {
                        Name = name, In = ParameterLocation.Query, Description = text,
                        Schema = new OpenApiSchema { Type = JsonSchemaType.Integer }
                    };
                }

                continue;
            }

            if (member.Source == RequestSource.Route && !path.Contains($"{{{member.Name}", StringComparison.Ordinal)
                && !path.Contains($"*{member.Name}", StringComparison.Ordinal))
            {
                continue;
            }

            var words = rules?.GetValidatorsForMember(member.Name).Select(rule => rule.Validator).OfType<IOneOfValidator>()
                .FirstOrDefault()?.Words ?? [];
            yield return new OpenApiParameter
            {
                Name = member.Name,
                In = member.Source switch
                {
                    RequestSource.Route => ParameterLocation.Path,
                    RequestSource.Header => ParameterLocation.Header,
                    _ => ParameterLocation.Query
                },
                Required = member.Source == RequestSource.Route,
                Description = texts.GetValueOrDefault(member.Name) ?? $"The {member.Name.Replace('_', ' ')}.",
                Schema = Schemas.Of(member, words),
            };
        }
    }

    private static async Task<OpenApiRequestBody?> BodyOf(
        EndpointDefinition endpoint, IList<object> metadata, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var streamed = metadata.OfType<StreamedBody>().FirstOrDefault();
        if (streamed is null && !RequestMember.HasBody(endpoint.ReqDtoType))
        {
            return null;
        }

        return new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [streamed?.ContentType
                    ?? "application/json"] = new() { Schema = await SchemaOf(streamed?.Fields ?? endpoint.ReqDtoType, context, ct) },
            },
        };
    }

    private static async Task<IOpenApiResponse> Answer(
        Success success, EndpointDefinition endpoint, ApiContract contract, OpenApiOperationTransformerContext context,
        CancellationToken ct, string? text = null)
    {
        var payload = await SchemaOf(endpoint.ResDtoType == typeof(object) ? typeof(string) : endpoint.ResDtoType, context, ct);
        var schema = success.IsEnveloped ? Schemas.Envelope(contract, payload) : payload;
        return new OpenApiResponse
        {
            Description = text ?? success.Status switch { 201 => "Created", 202 => "Accepted", _ => "Success" },
            Content = success.ContentTypes.ToDictionary(
                type => type, type =>
                    new OpenApiMediaType
                    {
                        Schema = type == "application/json"
                        ? schema
                        : new OpenApiSchema { Type = JsonSchemaType.String }
                    }),
        };
    }

    private static async Task<IOpenApiSchema> SchemaOf(Type type, OpenApiOperationTransformerContext context, CancellationToken ct) =>
        Components.Keep(await context.GetOrCreateSchemaAsync(type, null, ct), context.Document!);
}
