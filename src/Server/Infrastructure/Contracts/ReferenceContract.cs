using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>The Reference contract: plain objects, errors with details as a sentence.</summary>
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
