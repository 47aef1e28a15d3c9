using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Subscriptions;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>
/// Has a key reminded of its end, so that the log says when it ended. The key is refused by its time whether or not the
/// reminder has come.
/// </summary>
internal sealed class ApiKeyExpiry(IReminders reminders) : IReaction
{
    /// <summary>The reminder's name.</summary>
    public const string Reminder = "expiry";

    /// <inheritdoc/>
    public string Name => "api_key_expiry";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(ApiKeyIssued), typeof(ApiKeyRevoked)];

    /// <inheritdoc/>
    public Task React(Delivery delivery, CancellationToken ct) => (delivery.Event, delivery.Recorded) switch
    {
        (ApiKeyIssued { ExpiresAt: { } end }, var recorded) => reminders.Remind<ApiKeyGrain>(recorded.Tenant, recorded.Stream, Reminder, end, ct),
        (ApiKeyRevoked, var recorded) => reminders.Forget<ApiKeyGrain>(recorded.Tenant, recorded.Stream, Reminder, ct),
        _ => Task.CompletedTask,
    };
}
