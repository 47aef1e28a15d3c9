using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>Keeps each named schema once, among the document's components, and refers to it wherever it is used.</summary>
internal static class Components
{
    // The marks that ASP.NET Core's generator leaves: on the schema of a type that has a name, and on a member that may be null.
    private const string NameMark = "x-schema-id";
    private const string NullMark = "x-is-nullable-property";

    /// <summary>The schema itself, or a reference to it.</summary>
    public static IOpenApiSchema Keep(IOpenApiSchema schema, OpenApiDocument document)
    {
        if (schema is not OpenApiSchema own)
        {
            return schema;
        }

        KeepWithin(own, document);
        if (own.Metadata?.TryGetValue(NameMark, out var mark) is not true || mark is not string { Length: > 0 } name)
        {
            return own;
        }

        var nullable = own.Type?.HasFlag(JsonSchemaType.Null) is true
            || (own.Metadata.TryGetValue(NullMark, out var marked) && marked is true);
        own.Type &= ~JsonSchemaType.Null;
        var reference = Keep(name, own, document);
        return nullable ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] } : reference;
    }

    /// <summary>A reference to a schema under a name; what stands there already stays.</summary>
    public static OpenApiSchemaReference Keep(string name, OpenApiSchema schema, OpenApiDocument document)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        document.Components.Schemas.TryAdd(name, schema);
        document.Workspace?.RegisterComponentForDocument(document, document.Components.Schemas[name], name);
        return new OpenApiSchemaReference(name, document);
    }

    private static void KeepWithin(OpenApiSchema schema, OpenApiDocument document)
    {
        foreach (var name in schema.Properties?.Keys.ToArray() ?? [])
        {
            schema.Properties![name] = Keep(schema.Properties[name], document);
        }

        schema.Items = schema.Items is null ? null : Keep(schema.Items, document);
        schema.AdditionalProperties = schema.AdditionalProperties is null ? null : Keep(schema.AdditionalProperties, document);
        schema.AnyOf = schema.AnyOf?.Select(one => Keep(one, document)).ToList();
        schema.OneOf = schema.OneOf?.Select(one => Keep(one, document)).ToList();
        schema.AllOf = schema.AllOf?.Select(one => Keep(one, document)).ToList();
    }
}
