using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>
/// How one documented HTTP contract presents the product: the envelope of a success, the shape and words of an error, and
/// its words for states. Handlers never know which surface called them.
/// </summary>
internal abstract class ApiContract
{
    /// <summary>Document 000.</summary>
    public static readonly ApiContract Platform = new PlatformContract();

    /// <summary>Document 001.</summary>
    public static readonly ApiContract Enterprise = new EnterpriseContract();

    /// <summary>Document 002.</summary>
    public static readonly ApiContract Reference = new ReferenceContract();

    /// <summary>Document 003.</summary>
    public static readonly ApiContract Operations = new OperationsContract();

    /// <summary>Document 004.</summary>
    public static readonly ApiContract Training = new TrainingContract();

    /// <summary>What telemetry and the API's description call it.</summary>
    public abstract string Name { get; }

    /// <summary>The content type of its errors.</summary>
    public virtual string ErrorContentType => "application/json";

    /// <summary>The word for a detector's state.</summary>
    public virtual string DetectorStatus(string status) => status;

    /// <summary>The word for a data set's state.</summary>
    public virtual string DatasetStatus(string status) => status;

    /// <summary>The HTTP status of a problem.</summary>
    public virtual int StatusOf(Problem problem) => problem.Status;

    /// <summary>The body of a success.</summary>
    public abstract object Success(object data, string message, Exchange exchange);

    /// <summary>The body of an error.</summary>
    public abstract JsonObject Error(Problem problem, Exchange exchange);

    /// <summary>The surface of a path.</summary>
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

    /// <summary>The error codes of document 002, which document 000, 001 and 004 leave open.</summary>
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

/// <summary>What an envelope says about the exchange itself.</summary>
/// <param name="RequestId">The request's id.</param>
/// <param name="Now">The time of the answer.</param>
/// <param name="Elapsed">How long the answer took.</param>
/// <param name="Path">The path that was asked.</param>
internal readonly record struct Exchange(string RequestId, DateTimeOffset Now, TimeSpan Elapsed, string Path);
