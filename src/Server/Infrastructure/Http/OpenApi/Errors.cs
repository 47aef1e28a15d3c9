using System.Globalization;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>How each contract says what is wrong.</summary>
internal static class Errors
{
    /// <summary>The answers of an operation that are no success.</summary>
    /// <param name="contract">Whose words they are in.</param>
    /// <param name="open">Whether it asks for no credential.</param>
    /// <param name="counted">Whether rate plans count it.</param>
    /// <param name="takes">Whether it takes anything that may not validate.</param>
    /// <param name="names">Whether its path names a thing that may not exist.</param>
    /// <param name="document">The document with the schemas.</param>
    public static OpenApiResponses Responses(ApiContract contract, bool open, bool counted, bool takes, bool names,
        OpenApiDocument document)
    {
        var responses = new OpenApiResponses();
        void Add(bool applies, ProblemKind kind, string text)
        {
            if (applies)
            {
                responses[contract.StatusOf(kind).ToString(CultureInfo.InvariantCulture)] = Response(contract, text, document);
            }
        }

        Add(takes, ProblemKind.Unreadable, "The request cannot be read");
        Add(takes, ProblemKind.Invalid, "The request does not validate");
        Add(!open, ProblemKind.Unauthenticated, "No valid credential");
        Add(!open, ProblemKind.Forbidden, "The credential does not allow this");
        Add(names, ProblemKind.NotFound, "There is no such thing in the caller's tenant");
        if (counted)
        {
            responses["429"] = Limited(Response(contract, "Too many requests", document));
        }

        responses["default"] = Response(contract, "Any other error", document);
        return responses;
    }

    /// <summary>Says which headers tell how the caller's plan stands.</summary>
    public static OpenApiResponse Limited(OpenApiResponse response)
    {
        response.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
        {
            ["Retry-After"] = Header("In how many seconds it is worth trying again.", JsonSchemaType.Integer),
            ["X-RateLimit-Limit"] = Header("How many requests the plan allows in its window.", JsonSchemaType.Integer),
            ["X-RateLimit-Remaining"] = Header("How many are left.", JsonSchemaType.Integer),
            ["X-RateLimit-Reset"] = Header("When the window ends, in seconds since 1970.", JsonSchemaType.Integer),
            ["RateLimit"] = Header("The same as a structured field.", JsonSchemaType.String),
            ["RateLimit-Policy"] = Header("Every limit that holds, with its window in seconds.", JsonSchemaType.String),
        };
        return response;
    }

    private static OpenApiHeader Header(string text, JsonSchemaType type) =>
        new() { Description = text, Schema = new OpenApiSchema { Type = type } };

    // Whoever accepts application/problem+json gets RFC 9457 on every path.
    private static OpenApiResponse Response(ApiContract contract, string text, OpenApiDocument document)
    {
        var content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new OpenApiMediaType
            {
                Schema = Components.Keep("ProblemDetails",
                ErrorSchemas.Of(ApiContract.Enterprise), document)
            },
        };
        if (contract is not EnterpriseContract)
        {
            content["application/json"] = new OpenApiMediaType
            {
                Schema = Components.Keep($"{char.ToUpperInvariant(contract.Name[0])}{contract.Name[1..]}Error", ErrorSchemas.Of(contract),
                    document),
            };
        }

        return new OpenApiResponse { Description = text, Content = content };
    }
}
