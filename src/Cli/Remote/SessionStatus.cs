using System.Text.Json;

namespace EventSourcedAnomaly.Cli.Remote;

/// <summary>A training session as a server shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What its owner calls it, or its id.</param>
/// <param name="Status"><c>created</c>, <c>running</c>, <c>stopped</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="Epoch">The last epoch.</param>
/// <param name="TotalEpochs">How many there will be at most; 0 where only the trainer knows.</param>
/// <param name="BestBy">The metric that decides which epoch is the best.</param>
/// <param name="BestEpoch">That epoch, or null.</param>
/// <param name="BestValue">What the metric was then.</param>
/// <param name="Error">Why it failed, or null.</param>
internal sealed record SessionStatus(
    string Id, string Name, string Status, int Epoch, int TotalEpochs, string BestBy, int? BestEpoch, double? BestValue, string? Error)
{
    public static SessionStatus Of(JsonElement body)
    {
        var id = body.GetProperty("session_id").GetString()!;
        return new SessionStatus(
            id, Text(body, "session_name") ?? id, Text(body, "status")!, body.GetProperty("current_epoch").GetInt32(),
            body.GetProperty("total_epochs").GetInt32(),
            Text(body, "best_by") ?? "val_loss", Number(body, "best_epoch") is { } epoch
                ? (int)epoch : null, Number(body, "best_value"), Text(body, "error"));
    }

    private static string? Text(JsonElement body, string field) =>
        body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement body, string field) =>
        body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
