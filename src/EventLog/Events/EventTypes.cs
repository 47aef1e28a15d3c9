using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventSourcedAnomaly.EventLog.Events;

/// <summary>Turns the JSON of one schema version of an event into that of the next version.</summary>
public delegate JsonObject Upcast(JsonObject data);

/// <summary>
/// The event types that this build knows: the stored name, schema version and .NET type of each, and the upcasters that
/// lift what older builds wrote.
/// </summary>
public sealed class EventTypes
{
    private readonly FrozenDictionary<string, EventTypeInfo> _byName;
    private readonly FrozenDictionary<Type, EventTypeInfo> _byType;
    private readonly FrozenDictionary<(string Name, int FromVersion), Upcast> _upcasters;

    private EventTypes(IReadOnlyCollection<EventTypeInfo> infos, IEnumerable<((string, int) Key, Upcast Upcast)> upcasters)
    {
        _byType = infos.ToFrozenDictionary(info => info.Type);
        _byName = infos.SelectMany(info => info.FormerNames.Prepend(info.Name).Select(name => (name, info)))
            .ToFrozenDictionary(pair => pair.name, pair => pair.info, StringComparer.Ordinal);
        _upcasters = upcasters.ToFrozenDictionary(entry => entry.Key, entry => entry.Upcast);
        RequireUpcasterChains();
    }

    /// <summary>Every known stored name, former names included.</summary>
    public IEnumerable<string> Names => _byName.Keys;

    /// <summary>Collects every <see cref="IEvent"/> record of the assemblies.</summary>
    /// <param name="assemblies">Where to look.</param>
    /// <param name="upcasters">For each stored name and schema version, the step to the next version.</param>
    /// <exception cref="InvalidOperationException">Two types share a name, or a version has no upcaster.</exception>
    public static EventTypes From(
        IEnumerable<Assembly> assemblies, IEnumerable<(string Name, int FromVersion, Upcast Upcast)>? upcasters = null) =>
        new(
            [.. assemblies.SelectMany(assembly => assembly.GetTypes())
                .Where(type => type is { IsAbstract: false, IsClass: true } && typeof(IEvent).IsAssignableFrom(type))
                .Select(Describe)],
            (upcasters ?? []).Select(entry => ((entry.Name, entry.FromVersion), entry.Upcast)));

    /// <summary>The stored name and version of a .NET type.</summary>
    /// <exception cref="UnknownEventTypeException">The type was not collected.</exception>
    public EventTypeInfo Describe(IEvent @event) =>
        _byType.TryGetValue(@event.GetType(), out var info) ? info : throw new UnknownEventTypeException(@event.GetType().FullName!);

    /// <summary>Every stored name, former ones included, of some types.</summary>
    public IEnumerable<string> NamesOf(IEnumerable<Type> types) =>
        types.SelectMany(type => _byType.TryGetValue(type, out var info)
            ? info.FormerNames.Prepend(info.Name)
            : throw new UnknownEventTypeException(type.FullName!));

    /// <summary>Prepares an event for append.</summary>
    /// <param name="event">A record of a known type.</param>
    /// <param name="id">Its identity; appending the same id twice stores one event. Null makes a fresh UUIDv7.</param>
    public EventData Serialize(IEvent @event, Guid? id = null)
    {
        var info = Describe(@event);
        return new EventData(
            id ?? Guid.CreateVersion7(), info.Name, info.Version,
            JsonSerializer.SerializeToUtf8Bytes(@event, info.Type, EventJson.Options), info.DotnetName);
    }

    /// <summary>Reads an event, lifted to the newest schema.</summary>
    /// <exception cref="UnknownEventTypeException">This build has no such type.</exception>
    /// <exception cref="JsonException">The stored data does not fit the type.</exception>
    public IEvent Deserialize(RecordedEvent recorded)
    {
        if (!_byName.TryGetValue(recorded.Type, out var info))
        {
            throw new UnknownEventTypeException(recorded.Type);
        }

        var value = recorded.SchemaVersion >= info.Version
            ? JsonSerializer.Deserialize(recorded.Data, info.Type, EventJson.Options)
            : Lift(recorded, info).Deserialize(info.Type, EventJson.Options);
        return (IEvent)(value ?? throw new JsonException($"Event {recorded.Sequence} ({recorded.Type}) is null."));
    }

    private JsonObject Lift(RecordedEvent recorded, EventTypeInfo info)
    {
        var data = JsonNode.Parse(recorded.Data)!.AsObject();
        for (var version = recorded.SchemaVersion; version < info.Version; version++)
        {
            data = _upcasters[(info.Name, version)](data);
        }

        return data;
    }

    private void RequireUpcasterChains()
    {
        var missing = _byType.Values
            .SelectMany(info => Enumerable.Range(1, info.Version - 1).Select(version => (info.Name, version)))
            .Where(step => !_upcasters.ContainsKey(step))
            .Select(step => $"{step.Name} v{step.version}");
        if (string.Join(", ", missing) is { Length: > 0 } gaps)
        {
            throw new InvalidOperationException($"No upcaster from: {gaps}.");
        }
    }

    private static EventTypeInfo Describe(Type type)
    {
        var attribute = type.GetCustomAttribute<EventTypeAttribute>();
        return new EventTypeInfo(
            type,
            attribute?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(type.Name),
            attribute?.Version ?? 1,
            attribute?.FormerNames ?? [],
            $"{type.FullName}, {type.Assembly.GetName().Name}");
    }
}

/// <summary>What the log stores about an event type.</summary>
/// <param name="Type">The record.</param>
/// <param name="Name">Its stored name, <c>snake_case</c>.</param>
/// <param name="Version">The schema version written today.</param>
/// <param name="FormerNames">Stored names of older builds.</param>
/// <param name="DotnetName">As <c>Namespace.Type, Assembly</c>.</param>
public sealed record EventTypeInfo(Type Type, string Name, int Version, IReadOnlyList<string> FormerNames, string DotnetName);

/// <summary>An event whose type this build does not know; whoever reads it must stop rather than skip.</summary>
public sealed class UnknownEventTypeException(string type) : Exception($"Unknown event type '{type}'.")
{
    /// <summary>The stored name (or .NET name) that was not found.</summary>
    public string EventType { get; } = type;
}
