namespace EventSourcedAnomaly.Server.Domain;

/// <summary>Marks an immutable record in the past tense as a stored format of the log.</summary>
public interface IDomainEvent;

/// <summary>
/// Gives an event its stored name and the version of its schema. Without it the name is the type's name in snake case and the
/// version is 1.
/// </summary>
/// <param name="name">The stored name; null for the snake case of the type's own name.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventTypeAttribute(string? name = null) : Attribute
{
    /// <summary>The stored name, <c>snake_case</c>; null for the snake case of the type's own name.</summary>
    public string? Name { get; } = name;

    /// <summary>The version of the schema that is written today, 1 or more.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Names under which older builds stored the same event.</summary>
    public string[] FormerNames { get; init; } = [];
}
