using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>One sign-in of a user, with the refresh tokens that follow from it.</summary>
/// <param name="UserId">The user; null when there is no such session.</param>
/// <param name="RefreshHash">Of the refresh token that is good now.</param>
/// <param name="Used">Those of the last ones that were used up.</param>
/// <param name="Remembered">Whether it lasts between visits.</param>
/// <param name="StartedAt">When the user signed in.</param>
/// <param name="ExpiresAt">When it ends unless it is refreshed.</param>
/// <param name="EndedAt">When it ended before its time.</param>
public sealed record LoginSession(
    string? UserId, string RefreshHash, IReadOnlyList<string> Used, bool Remembered, DateTimeOffset StartedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? EndedAt)
    : Aggregate, IAggregate<LoginSession>
{
    private const int UsedKept = 100;
    private static readonly TimeSpan Visit = TimeSpan.FromDays(1), Memory = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public static string StreamType => "session";

    /// <inheritdoc/>
    public static LoginSession Initial { get; } = new(null, string.Empty, [], false, default, default, null);

    /// <summary>Whether its tokens open anything at a time.</summary>
    public bool IsOpenAt(DateTimeOffset now) => UserId is not null && EndedAt is null && ExpiresAt > now;

    public LoginSession Apply(LoginSessionStarted e) => new(e.UserId, e.RefreshHash, [], e.Remembered, e.StartedAt, e.ExpiresAt, null);

    public LoginSession Apply(RefreshTokenRotated e) =>
        this with { RefreshHash = e.RefreshHash, Used = [.. Used.Prepend(RefreshHash).Take(UsedKept)], ExpiresAt = e.ExpiresAt };

    public LoginSession Apply(RefreshTokenReused e) => this with { EndedAt = EndedAt ?? e.ReusedAt };

    public LoginSession Apply(LoginSessionEnded e) => this with { EndedAt = EndedAt ?? e.EndedAt };

    /// <summary>Starts it.</summary>
    public static IReadOnlyList<IDomainEvent> Start(LoginSession state, string userId, string refreshHash,
        bool remember, DateTimeOffset now) =>
        state.UserId is null ? [new LoginSessionStarted(userId, refreshHash, remember, now, now + (remember ? Memory : Visit))] : [];

    /// <summary>Uses a refresh token up for the next one; a token that was used up already ends the session.</summary>
    public static IReadOnlyList<IDomainEvent> Refresh(LoginSession state, string presented, string next, DateTimeOffset now) => state switch
    {
        _ when !state.IsOpenAt(now) => [],
        _ when state.RefreshHash == presented => [new RefreshTokenRotated(next, now, now + (state.Remembered ? Memory : Visit))],
        _ when state.Used.Contains(presented) => [new RefreshTokenReused(now)],
        _ => [],
    };

    /// <summary>Ends it; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> End(LoginSession state, DateTimeOffset now) => state.IsOpenAt(now)
        ? [new LoginSessionEnded(now)] : [];
}
