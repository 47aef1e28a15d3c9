using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>Document 000: everything in one envelope.</summary>
internal sealed class PlatformContract : ApiContract
{
    /// <inheritdoc/>
    public override string Name => "platform";

    /// <inheritdoc/>
    public override string DetectorStatus(string status) => status switch { "untrained" => "created", "trained" => "active", _ => status };

    /// <inheritdoc/>
    public override string DatasetStatus(string status) => status switch { "valid" => "ready", "invalid" => "failed", _ => status };

    /// <inheritdoc/>
    public override object Success(object data, string message, Exchange exchange) =>
        new Envelope(true, data, message, exchange.Now, exchange.RequestId);

    /// <inheritdoc/>
    public override JsonObject Error(Problem problem, Exchange exchange) => new()
    {
        ["success"] = false,
        ["error"] = new JsonObject { ["code"] = ReferenceCode(problem), ["message"] = problem.Message, ["details"] = Details(problem) },
        ["timestamp"] = Json.Time(exchange.Now),
        ["request_id"] = exchange.RequestId,
    };

    private sealed record Envelope(bool Success, object Data, string Message, DateTimeOffset Timestamp, string RequestId);
}

/// <summary>Document 001: plain objects and RFC 9457 problem details.</summary>
internal sealed class EnterpriseContract : ApiContract
{
    /// <inheritdoc/>
    public override string Name => "enterprise";

    /// <inheritdoc/>
    public override string ErrorContentType => "application/problem+json";

    /// <inheritdoc/>
    public override object Success(object data, string message, Exchange exchange) => data;

    /// <inheritdoc/>
    public override JsonObject Error(Problem problem, Exchange exchange)
    {
        var body = new JsonObject
        {
            ["type"] = $"urn:problem:{problem.Kind.ToString().ToLowerInvariant()}",
            ["title"] = Title(problem.Kind),
            ["status"] = problem.Status,
            ["detail"] = problem.Message,
            ["instance"] = exchange.Path,
            ["request_id"] = exchange.RequestId,
        };
        var errors = new JsonArray();
        if (problem.Field is { } field)
        {
            errors.Add(new JsonObject { ["field"] = field, ["message"] = problem.Expected is { } expected ? $"Expected {expected}" : problem.Message });
        }

        body["errors"] = errors;
        return body;
    }

    private static string Title(ProblemKind kind) => kind switch
    {
        ProblemKind.Unreadable => "Bad Request",
        ProblemKind.Invalid => "Validation Error",
        ProblemKind.Unauthenticated => "Authentication Required",
        ProblemKind.Forbidden => "Forbidden",
        ProblemKind.NotFound => "Not Found",
        ProblemKind.MethodNotAllowed => "Method Not Allowed",
        ProblemKind.Conflict => "Conflict",
        ProblemKind.PreconditionFailed => "Precondition Failed",
        ProblemKind.TooLarge => "Content Too Large",
        ProblemKind.UnsupportedMediaType => "Unsupported Media Type",
        ProblemKind.RateLimited => "Too Many Requests",
        ProblemKind.InvalidDataset => "Invalid Data Set",
        ProblemKind.Unavailable => "Service Unavailable",
        ProblemKind.NoRoom => "Insufficient Storage",
        _ => "Internal Server Error",
    };
}

/// <summary>Document 002: plain objects, errors with details as a sentence.</summary>
internal sealed class ReferenceContract : ApiContract
{
    /// <inheritdoc/>
    public override string Name => "reference";

    /// <inheritdoc/>
    public override object Success(object data, string message, Exchange exchange) => data;

    /// <inheritdoc/>
    public override JsonObject Error(Problem problem, Exchange exchange) => new()
    {
        ["error"] = new JsonObject
        {
            ["code"] = ReferenceCode(problem),
            ["message"] = problem.Message,
            ["details"] = problem is { Field: { } field, Expected: { } expected } ? $"{field}: expected {expected}" : problem.Message,
            ["timestamp"] = Json.Time(exchange.Now),
            ["request_id"] = exchange.RequestId,
        },
    };
}

/// <summary>Document 003: status, data and metadata; its own error codes, and no 422.</summary>
internal sealed class OperationsContract : ApiContract
{
    /// <inheritdoc/>
    public override string Name => "operations";

    /// <inheritdoc/>
    public override int StatusOf(Problem problem) =>
        problem.Status is StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : problem.Status;

    /// <inheritdoc/>
    public override object Success(object data, string message, Exchange exchange) => new Envelope(
        "success", data, new Metadata(exchange.RequestId, exchange.Now, (long)exchange.Elapsed.TotalMilliseconds));

    /// <inheritdoc/>
    public override JsonObject Error(Problem problem, Exchange exchange) => new()
    {
        ["status"] = "error",
        ["error"] = new JsonObject
        {
            ["code"] = Code(problem.Kind),
            ["message"] = problem.Message,
            ["details"] = Reasoned(problem),
        },
        ["metadata"] = new JsonObject { ["request_id"] = exchange.RequestId, ["timestamp"] = Json.Time(exchange.Now) },
    };

    private static JsonObject Reasoned(Problem problem)
    {
        var details = Details(problem);
        details["reason"] = problem.Message;
        return details;
    }

    private static string Code(ProblemKind kind) => kind switch
    {
        ProblemKind.Unauthenticated => "UNAUTHORIZED",
        ProblemKind.Forbidden => "FORBIDDEN",
        ProblemKind.NotFound => "NOT_FOUND",
        ProblemKind.Conflict or ProblemKind.PreconditionFailed => "CONFLICT",
        ProblemKind.RateLimited => "RATE_LIMIT_EXCEEDED",
        ProblemKind.Unavailable or ProblemKind.NoRoom => "SERVICE_UNAVAILABLE",
        ProblemKind.Internal => "INTERNAL_ERROR",
        _ => "INVALID_REQUEST",
    };

    private sealed record Envelope(string Status, object Data, Metadata Metadata);

    private sealed record Metadata(string RequestId, DateTimeOffset Timestamp, long ProcessingTimeMs);
}

/// <summary>Document 004: plain objects, errors with details as an object.</summary>
internal sealed class TrainingContract : ApiContract
{
    /// <inheritdoc/>
    public override string Name => "training";

    /// <inheritdoc/>
    public override object Success(object data, string message, Exchange exchange) => data;

    /// <inheritdoc/>
    public override JsonObject Error(Problem problem, Exchange exchange) => new()
    {
        ["error"] = new JsonObject { ["code"] = ReferenceCode(problem), ["message"] = problem.Message, ["details"] = Details(problem) },
        ["request_id"] = exchange.RequestId,
    };
}
