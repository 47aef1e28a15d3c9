using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>The Platform contract: everything in one envelope.</summary>
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
