using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using Microsoft.OpenApi;
using static EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi.Schemas;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>The shape of each contract's errors.</summary>
internal static class ErrorSchemas
{
    /// <summary>The shape of a contract's errors.</summary>
    public static OpenApiSchema Of(ApiContract contract) => contract switch
    {
        PlatformContract =>
            Object(("success", Constant(JsonValue.Create(false))), ("error", Error()), ("timestamp", Time), ("request_id", Text)),
        ReferenceContract =>
            Object(("error", Object(("code", Text), ("message", Text), ("details", Text), ("timestamp", Time), ("request_id", Text)))),
        OperationsContract => Object(
            ("status", Constant(JsonValue.Create("error"))), ("error", Error()),
            ("metadata", Object(("request_id", Text), ("timestamp", Time)))),
        TrainingContract => Object(("error", Error()), ("request_id", Text)),
        _ => Object(
            ("type", Text), ("title", Text), ("status", new OpenApiSchema { Type = JsonSchemaType.Integer }), ("detail", Text),
            ("instance", Text), ("request_id", Text),
            ("errors", new OpenApiSchema { Type = JsonSchemaType.Array, Items = Object(("field", Text), ("message", Text)) })),
    };

    private static OpenApiSchema Error() => Object(("code", Text), ("message", Text), ("details", new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Description = "The field at fault and what was expected of it, where a field is at fault.",
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["field"] = Text, ["expected"] = Text,
            ["reason"] = Text
        },
    }));
}
