using System.Text.Json;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>What is posted: the same on every API contract.</summary>
internal sealed record WebhookPayload(string Event, DateTimeOffset Timestamp, JsonElement Data)
{
    /// <summary>As it is signed and sent.</summary>
    public string Json() => JsonSerializer.Serialize(this, Infrastructure.Http.Json.Options);
}
