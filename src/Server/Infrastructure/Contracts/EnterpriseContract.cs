using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>The Enterprise contract: plain objects and RFC 9457 problem details.</summary>
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
            ["status"] = StatusOf(problem.Kind),
            ["detail"] = problem.Message,
            ["instance"] = exchange.Path,
            ["request_id"] = exchange.RequestId,
        };
        var errors = new JsonArray();
        if (problem.Field is { } field)
        {
            errors.Add(new JsonObject
            {
                ["field"] = field,
                ["message"] = problem.Expected is { } expected ? $"Expected {expected}" : problem.Message
            });
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
