using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>The Training contract: plain objects, errors with details as an object.</summary>
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
