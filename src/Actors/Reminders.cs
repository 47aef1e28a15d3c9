namespace EventSourcedAnomaly.Actors;

/// <summary>A grain that can be reminded of something at a time, active or not, whichever silo is alive then.</summary>
public interface IRemindable
{
    /// <summary>
    /// A turn of the grain at, or soon after, the time it asked for. It may come more than once, and the world may have
    /// changed since it was asked for, so the grain decides anew.
    /// </summary>
    /// <param name="reminder">The name that it was asked for under.</param>
    /// <param name="ct">The turn's token.</param>
    ValueTask OnReminder(string reminder, CancellationToken ct);
}

/// <summary>
/// Reminders that outlive the silo which they were asked of. A grain has at most one of each name; asking again moves it.
/// </summary>
public interface IReminders
{
    /// <summary>Reminds a grain once, as soon as possible if the time has passed.</summary>
    /// <param name="tenant">The tenant of the grain.</param>
    /// <param name="key">Its key.</param>
    /// <param name="reminder">What it is reminded of.</param>
    /// <param name="due">When, in UTC.</param>
    /// <param name="ct">Stops the request.</param>
    Task Remind<TGrain>(string tenant, string key, string reminder, DateTimeOffset due, CancellationToken ct)
        where TGrain : Grain, IRemindable;

    /// <summary>Takes a reminder back, on whichever silo it was asked for; none is fine.</summary>
    /// <param name="tenant">The tenant of the grain.</param>
    /// <param name="key">Its key.</param>
    /// <param name="reminder">What it would have been reminded of.</param>
    /// <param name="ct">Stops the request.</param>
    Task Forget<TGrain>(string tenant, string key, string reminder, CancellationToken ct)
        where TGrain : Grain, IRemindable;
}
