using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>The Operations contract: status, data and metadata; its own error codes, and no 422.</summary>
internal sealed class OperationsContract : ApiContract
{
    /// <inheritdoc/>
    public override string Name => "operations";

    /// <inheritdoc/>
    public override int StatusOf(ProblemKind kind) =>
        base.StatusOf(kind) is StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : base.StatusOf(kind);

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
