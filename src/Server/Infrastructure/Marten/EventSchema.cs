using System.Reflection;
using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>The stored name and schema version of event types.</summary>
internal static class EventSchema
{
    /// <summary>The header of an event that names the version of its schema.</summary>
    public const string VersionHeader = "schema_version";

    /// <summary>The stored name of a type.</summary>
    public static string NameOf(Type type) => type.GetCustomAttribute<EventTypeAttribute>()?.Name
        ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(type.Name);

    /// <summary>Names under which older builds stored it.</summary>
    public static IReadOnlyList<string> FormerNamesOf(Type type) => type.GetCustomAttribute<EventTypeAttribute>()?.FormerNames ?? [];

    /// <summary>The version of the schema that is written today.</summary>
    public static int VersionOf(Type type) => type.GetCustomAttribute<EventTypeAttribute>()?.Version ?? 1;
}
