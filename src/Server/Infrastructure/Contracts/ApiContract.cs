using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>
/// How one documented HTTP contract presents the product: the envelope of a success, the shape and words of an error, and
/// its words for states. Handlers never know through which contract they were called.
/// </summary>
internal abstract class ApiContract
{
    /// <summary>The Platform contract.</summary>
    public static readonly ApiContract Platform = new PlatformContract();

    /// <summary>The Enterprise contract.</summary>
    public static readonly ApiContract Enterprise = new EnterpriseContract();

    /// <summary>The Reference contract.</summary>
    public static readonly ApiContract Reference = new ReferenceContract();

    /// <summary>The Operations contract.</summary>
    public static readonly ApiContract Operations = new OperationsContract();

    /// <summary>The Training contract.</summary>
    public static readonly ApiContract Training = new TrainingContract();

    /// <summary>What telemetry and the API's description call it.</summary>
    public abstract string Name { get; }

    /// <summary>The content type of its errors.</summary>
    public virtual string ErrorContentType => "application/json";

    /// <summary>The word for a detector's state.</summary>
    public virtual string DetectorStatus(string status) => status;

    /// <summary>The word for a data set's state.</summary>
    public virtual string DatasetStatus(string status) => status;

    /// <summary>The HTTP status of a kind of problem.</summary>
    public virtual int StatusOf(ProblemKind kind) => kind switch
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

    /// <summary>The body of a success.</summary>
    public abstract object Success(object data, string message, Exchange exchange);

    /// <summary>The body of an error.</summary>
    public abstract JsonObject Error(Problem problem, Exchange exchange);

    /// <summary>The contract of a path.</summary>
    public static ApiContract Of(PathString path)
    {
        var parts = (path.Value ?? string.Empty).Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["v1", ..] => Reference,
            ["api", "v1", "auth", ..] or ["api", "v1", "detection", ..] or ["api", "v1", "health", "metrics"] => Enterprise,
            ["api", "v1", "models"] => Enterprise,
            ["api", "v1", "models", var id] when id is not ("export" or "import") => Enterprise,
            ["api", "v1", "anomalies" or "correlations" or "reports" or "agent", ..] => Operations,
            ["api", "v1", "training", "sessions", ..] or ["api", "v1", "health"] => Training,
            ["api", "v1", "checkpoints" or "monitor" or "alerts" or "webhooks" or "notifications" or "sse" or "ws", ..] => Training,
            ["api", "v1", "metrics", _, "history"] => Training,
            _ => Platform,
        };
    }

    /// <summary>The error codes of the Reference contract, which Platform, Enterprise and Training leave open.</summary>
    protected static string ReferenceCode(Problem problem) => problem.Kind switch
    {
        ProblemKind.Unauthenticated => "AUTHENTICATION_FAILED",
        ProblemKind.Forbidden => "AUTHORIZATION_FAILED",
        ProblemKind.NotFound => "RESOURCE_NOT_FOUND",
        ProblemKind.Conflict or ProblemKind.PreconditionFailed => "RESOURCE_CONFLICT",
        ProblemKind.RateLimited => "RATE_LIMIT_EXCEEDED",
        ProblemKind.InvalidDataset => "DATASET_INVALID",
        ProblemKind.Unavailable or ProblemKind.NoRoom => "SERVICE_UNAVAILABLE",
        ProblemKind.Internal => "INTERNAL_ERROR",
        _ => "VALIDATION_ERROR",
    };

    /// <summary>Field and expectation as an object.</summary>
    protected static JsonObject Details(Problem problem)
    {
        var details = new JsonObject();
        if (problem.Field is { } field)
        {
            details["field"] = field;
        }

        if (problem.Expected is { } expected)
        {
            details["expected"] = expected;
        }

        return details;
    }
}
