namespace EventSourcedAnomaly.Server.Domain;

/// <summary>What can be wrong with a request; each surface has its own words for these.</summary>
public enum ProblemKind
{
    /// <summary>The body cannot be read at all (400).</summary>
    Unreadable,

    /// <summary>It reads, but does not validate (422; 400 on Operations).</summary>
    Invalid,

    /// <summary>No credential, or one that is not valid (401).</summary>
    Unauthenticated,

    /// <summary>A valid credential without the permission (403).</summary>
    Forbidden,

    /// <summary>No such thing in the caller's tenant (404).</summary>
    NotFound,

    /// <summary>The path exists, the method does not (405).</summary>
    MethodNotAllowed,

    /// <summary>The thing is in a state that does not allow it (409).</summary>
    Conflict,

    /// <summary>The version in <c>If-Match</c> is not the current one (412).</summary>
    PreconditionFailed,

    /// <summary>The body is larger than the limit (413).</summary>
    TooLarge,

    /// <summary>The content type is not one that the path takes (415).</summary>
    UnsupportedMediaType,

    /// <summary>Too many requests (429).</summary>
    RateLimited,

    /// <summary>The uploaded file is not a data set (422).</summary>
    InvalidDataset,

    /// <summary>Not now (503).</summary>
    Unavailable,

    /// <summary>There is no room left for it (507).</summary>
    NoRoom,

    /// <summary>Our fault (500).</summary>
    Internal,
}

/// <summary>A request that cannot be served, said once in terms of the product; the surface of the path puts it into words.</summary>
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

    /// <summary>The HTTP status, apart from a surface's own exceptions.</summary>
    public int Status => Kind switch
    {
        ProblemKind.Unreadable => StatusCodes.Status400BadRequest,
        ProblemKind.Invalid or ProblemKind.InvalidDataset => StatusCodes.Status422UnprocessableEntity,
        ProblemKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ProblemKind.Forbidden => StatusCodes.Status403Forbidden,
        ProblemKind.NotFound => StatusCodes.Status404NotFound,
        ProblemKind.MethodNotAllowed => StatusCodes.Status405MethodNotAllowed,
        ProblemKind.Conflict => StatusCodes.Status409Conflict,
        ProblemKind.PreconditionFailed => StatusCodes.Status412PreconditionFailed,
        ProblemKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ProblemKind.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        ProblemKind.RateLimited => StatusCodes.Status429TooManyRequests,
        ProblemKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ProblemKind.NoRoom => StatusCodes.Status507InsufficientStorage,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>A field that does not validate.</summary>
    public static Problem Invalid(string field, string expected, object? got = null) =>
        new(ProblemKind.Invalid, got is null ? $"{field}: expected {expected}." : $"{field}: expected {expected}, got {Shorten(got)}.", field, expected);

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
