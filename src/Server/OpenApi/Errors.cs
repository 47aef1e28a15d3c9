using System.Globalization;
using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Surfaces;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.OpenApi;

/// <summary>How each surface says what is wrong.</summary>
internal static class Errors
{
    private const string ProblemDetails = "ProblemDetails";

    /// <summary>The error schemas, by name.</summary>
    public static IEnumerable<(string Name, OpenApiSchema Schema)> Schemas()
    {
        var details = new OpenApiSchema
        {
            Type = JsonSchemaType.Object, Description = "The field at fault and what was expected of it.",
            Properties = new Dictionary<string, IOpenApiSchema> { ["field"] = OpenApi.Schemas.Text, ["expected"] = OpenApi.Schemas.Text, ["reason"] = OpenApi.Schemas.Text },
        };
        var error = OpenApi.Schemas.Object(("code", OpenApi.Schemas.Text), ("message", OpenApi.Schemas.Text), ("details", details));
        var (text, time) = (OpenApi.Schemas.Text, OpenApi.Schemas.Time);
        yield return ("PlatformError", OpenApi.Schemas.Object(
            ("success", OpenApi.Schemas.Constant(JsonValue.Create(false))), ("error", error), ("timestamp", time), ("request_id", text)));
        yield return ("ReferenceError", OpenApi.Schemas.Object(("error", OpenApi.Schemas.Object(
            ("code", text), ("message", text), ("details", text), ("timestamp", time), ("request_id", text)))));
        yield return ("OperationsError", OpenApi.Schemas.Object(
            ("status", OpenApi.Schemas.Constant(JsonValue.Create("error"))), ("error", error), ("metadata", OpenApi.Schemas.Object(("request_id", text), ("timestamp", time)))));
        yield return ("TrainingError", OpenApi.Schemas.Object(("error", error), ("request_id", text)));
        yield return (ProblemDetails, OpenApi.Schemas.Object(
            ("type", text), ("title", text), ("status", new OpenApiSchema { Type = JsonSchemaType.Integer }), ("detail", text), ("instance", text), ("request_id", text),
            ("errors", new OpenApiSchema { Type = JsonSchemaType.Array, Items = OpenApi.Schemas.Object(("field", text), ("message", text)) })));
    }

    /// <summary>The answers of an operation that are no success.</summary>
    /// <param name="surface">Whose words they are in.</param>
    /// <param name="open">Whether it asks for no credential.</param>
    /// <param name="takes">Whether it takes anything that may not validate.</param>
    /// <param name="names">Whether its path names a thing that may not exist.</param>
    /// <param name="document">The document with the schemas.</param>
    public static OpenApiResponses Responses(Surface surface, bool open, bool takes, bool names, OpenApiDocument document)
    {
        var responses = new OpenApiResponses();
        void Add(bool applies, ProblemKind kind, string text)
        {
            if (applies)
            {
                responses[surface.StatusOf(new Problem(kind, text)).ToString(CultureInfo.InvariantCulture)] = Response(surface, text, document);
            }
        }

        Add(takes, ProblemKind.Unreadable, "The request cannot be read");
        Add(takes, ProblemKind.Invalid, "The request does not validate");
        Add(!open, ProblemKind.Unauthenticated, "No valid credential");
        Add(!open, ProblemKind.Forbidden, "The credential does not allow this");
        Add(names, ProblemKind.NotFound, "There is no such thing in the caller's tenant");
        responses["default"] = Response(surface, "Any other error", document);
        return responses;
    }

    // Whoever accepts application/problem+json gets RFC 9457 on every path.
    private static OpenApiResponse Response(Surface surface, string text, OpenApiDocument document)
    {
        var content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(ProblemDetails, document) },
        };
        if (surface is not EnterpriseSurface)
        {
            content["application/json"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchemaReference($"{char.ToUpperInvariant(surface.Name[0])}{surface.Name[1..]}Error", document),
            };
        }

        return new OpenApiResponse { Description = text, Content = content };
    }
}
