using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>Says of some types what their serialization does not tell.</summary>
internal sealed class SchemaDescription : IOpenApiSchemaTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
        {
            schema.Type = type == typeof(DateTimeOffset) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }
        else if (type == typeof(Cell))
        {
            schema.Type = JsonSchemaType.Number | JsonSchemaType.String | JsonSchemaType.Boolean | JsonSchemaType.Null;
        }
        else if (type == typeof(IFormFile))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "binary";
        }

        if (schema.Type?.HasFlag(JsonSchemaType.Array) is true)
        {
            // Nothing is said of elements that may be any JSON.
            schema.Items ??= new OpenApiSchema { Description = "Any JSON value." };
        }

        // The forms tell themselves apart by their members.
        schema.Discriminator = null;
        return Task.CompletedTask;
    }

    /// <summary>Whether a type's schema says too little to stand under a name.</summary>
    public static bool IsNameless(Type type) =>
        type == typeof(IFormFile) || type == typeof(Cell) || (Nullable.GetUnderlyingType(type) ?? type) == typeof(JsonElement);
}
