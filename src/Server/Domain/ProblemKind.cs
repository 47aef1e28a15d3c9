namespace EventSourcedAnomaly.Server.Domain;

/// <summary>What can be wrong with a request; each API contract has its own words for these.</summary>
public enum ProblemKind
{
    /// <summary>The body cannot be read at all.</summary>
    Unreadable,

    /// <summary>It reads, but does not validate.</summary>
    Invalid,

    /// <summary>No credential, or one that is not valid.</summary>
    Unauthenticated,

    /// <summary>A valid credential without the permission.</summary>
    Forbidden,

    /// <summary>No such thing in the caller's tenant.</summary>
    NotFound,

    /// <summary>The path exists, the method does not.</summary>
    MethodNotAllowed,

    /// <summary>The thing is in a state that does not allow it.</summary>
    Conflict,

    /// <summary>The version in <c>If-Match</c> is not the current one.</summary>
    PreconditionFailed,

    /// <summary>The body is larger than the limit.</summary>
    TooLarge,

    /// <summary>The content type is not one that the path takes.</summary>
    UnsupportedMediaType,

    /// <summary>Too many requests.</summary>
    RateLimited,

    /// <summary>The uploaded file is not a data set.</summary>
    InvalidDataset,

    /// <summary>Not now.</summary>
    Unavailable,

    /// <summary>There is no room left for it.</summary>
    NoRoom,

    /// <summary>Our fault.</summary>
    Internal,
}
