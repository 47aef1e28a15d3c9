namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>How an operation answers when it succeeds.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">What contracts whose envelope has a message say in it.</param>
internal sealed record Success(int Status = StatusCodes.Status200OK, string Message = "Operation completed successfully")
{
    /// <summary>200 in the envelope of the contract.</summary>
    public static readonly Success Default = new();

    /// <summary>Whether the contract puts its envelope around the answer.</summary>
    public bool IsEnveloped { get; init; } = true;

    /// <summary>Whether the same body may come with 503.</summary>
    public bool OrUnavailable { get; init; }

    /// <summary>The content types of the answer.</summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = ["application/json"];
}

/// <summary>The body of an operation that reads it as it comes, in a stream, for the API's description.</summary>
/// <param name="ContentType">Its content type.</param>
/// <param name="Fields">The type whose members are its fields.</param>
internal sealed record StreamedBody(string ContentType, Type Fields);
