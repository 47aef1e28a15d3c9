namespace EventSourcedAnomaly.Server.Domain;

/// <summary>A request that cannot be served, said once in terms of the product; the API contract of the path puts it into words.</summary>
public sealed class Problem(ProblemKind kind, string message, string? field = null, string? expected = null) : Exception(message)
{
    /// <summary>What kind of problem it is.</summary>
    public ProblemKind Kind { get; } = kind;

    /// <summary>The field, parameter or header at fault.</summary>
    public string? Field { get; } = field;

    /// <summary>What was expected of it.</summary>
    public string? Expected { get; } = expected;

    /// <summary>When it is worth trying again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A field that does not validate.</summary>
    public static Problem Invalid(string field, string expected, object? got = null) =>
        new(ProblemKind.Invalid, got is null ? $"{field}: expected {expected}." : $"{field}: expected {expected}, got {Shorten(got)}.",
            field, expected);

    /// <summary>An id that stands for nothing the caller may see.</summary>
    public static Problem NotFound(string kind, string id) =>
        new(ProblemKind.NotFound, $"No {kind} with id '{Shorten(id)}'.", $"{kind.Replace(' ', '_')}_id", $"the id of an existing {kind}");

    /// <summary>A state that does not allow what was asked.</summary>
    public static Problem Conflict(string message) => new(ProblemKind.Conflict, message);

    private static string Shorten(object value)
    {
        var text = value is string s ? s : Convert.ToString(value) ?? "null";
        return text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "...");
    }
}
