using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>Schemas that no type stands for, and the names of those that have one.</summary>
internal static class Schemas
{
    /// <summary>A text.</summary>
    public static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    /// <summary>A time.</summary>
    public static OpenApiSchema Time => new() { Type = JsonSchemaType.String, Format = "date-time" };

    /// <summary>A parameter's schema.</summary>
    /// <param name="member">The member that it sets.</param>
    /// <param name="words">The words it may be; none for any.</param>
    public static OpenApiSchema Of(RequestMember member, IReadOnlyCollection<string> words) => member.Type switch
    {
        var type when type == typeof(int) || type == typeof(long) => new OpenApiSchema
        {
            Type = JsonSchemaType.Integer, Format = member.Source != RequestSource.Route ? null : type == typeof(int) ? "int32" : "int64",
        },
        var type when type == typeof(bool) => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        var type when type == typeof(DateTimeOffset) => Time,
        _ => new OpenApiSchema { Type = JsonSchemaType.String, Enum = words.Count == 0 ? null : [.. words.Select(word => (JsonNode)word)] },
    };

    /// <summary>An object of which every member is there.</summary>
    public static OpenApiSchema Object(params (string Name, IOpenApiSchema Schema)[] members) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = members.ToDictionary(member => member.Name, member => member.Schema),
        Required = members.Select(member => member.Name).ToHashSet(StringComparer.Ordinal),
    };

    /// <summary>What a contract puts around a success.</summary>
    public static IOpenApiSchema Envelope(ApiContract contract, IOpenApiSchema payload) => contract switch
    {
        PlatformContract => Object(
            ("success", Constant(JsonValue.Create(true))), ("data", payload), ("message", Text), ("timestamp", Time), ("request_id", Text)),
        OperationsContract => Object(
            ("status", Constant(JsonValue.Create("success"))), ("data", payload),
            ("metadata", Object(("request_id", Text), ("timestamp", Time),
                ("processing_time_ms", new OpenApiSchema { Type = JsonSchemaType.Integer })))),
        _ => payload,
    };

    /// <summary>A value that is always the same.</summary>
    public static OpenApiSchema Constant(JsonValue value) => new()
    {
        Type = value.GetValueKind() == System.Text.Json.JsonValueKind.String ? JsonSchemaType.String : JsonSchemaType.Boolean,
        Enum = [value],
    };

    /// <summary>The name under which a type's schema is kept: that of the type behind those it is nested in.</summary>
    public static string? NameOf(JsonTypeInfo info) =>
        SchemaDescription.IsNameless(info.Type) || OpenApiOptions.CreateDefaultSchemaReferenceId(info) is null ? null : NameOf(info.Type);

    private static string NameOf(Type type)
    {
        var name = type.Name.Split('`')[0];
        var own = type is { IsNested: true, DeclaringType: { } outer } ? $"{NameOf(outer)}{name}" : name;
        return type.IsGenericType && !type.IsNested ? $"{own}Of{string.Concat(type.GetGenericArguments().Select(NameOf))}" : own;
    }
}
