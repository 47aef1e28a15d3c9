using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.SignIns;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Migrations;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>What ends by time, on a clock that is moved.</summary>
public sealed class MovedClockTests(ServerFixture server)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly PersonalText Address = new("user_1", string.Empty);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_opens_until_its_lifetime_is_over_and_not_a_second_longer()
    {
        await using var store = await Prepared();
        var (clock, tokens) = await Tokens(store);
        var token = await tokens.Issue("acme", "user_1", "session_1", ["viewer"], ["read"], Ct);

        clock.Now += AccessTokens.Lifetime - TimeSpan.FromSeconds(1);
        Assert.Equal("user_1", (await tokens.Read(token, Ct))?.UserId);

        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Null(await tokens.Read(token, Ct));
    }

    [Fact]
    public async Task The_key_changes_daily_and_the_last_token_of_the_old_one_lives_its_time_out_on_every_silo()
    {
        await using var store = await Prepared();
        var (clock, tokens) = await Tokens(store);
        var (otherClock, other) = await Tokens(store);
        var first = await tokens.Issue("acme", "user_1", "session_1", [], [], Ct);
        clock.Now = otherClock.Now = Start + TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1);
        var last = await tokens.Issue("acme", "user_1", "session_1", [], [], Ct);
        clock.Now = otherClock.Now += TimeSpan.FromSeconds(2);
        var next = await tokens.Issue("acme", "user_1", "session_1", [], [], Ct);

        Assert.Equal(KeyOf(first), KeyOf(last));
        Assert.NotEqual(KeyOf(last), KeyOf(next));
        Assert.NotNull(await other.Read(last, Ct));
        Assert.NotNull(await other.Read(next, Ct));

        clock.Now = otherClock.Now += TimeSpan.FromDays(2);
        Assert.NotEqual(KeyOf(next), KeyOf(await other.Issue("acme", "user_1", "session_1", [], [], Ct)));
        await using var keys = store.Database.CreateCommand("select count(*) from signing_keys");
        Assert.Equal(1L, await keys.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public void A_locked_name_opens_again_when_the_lock_is_over()
    {
        var state = SignInAttempts.Initial;
        for (var i = 0; i < 5; i++)
        {
            state = Fold<SignInAttempts>.Apply(state, SignInAttempts.Fail(state, "user_1", Address, Start.AddSeconds(i)));
        }

        var locked = Assert.Throws<Problem>(void () => SignInAttempts.Succeed(state, "user_1", "session_1", Address, Start.AddSeconds(5)));
        var end = Start.AddSeconds(5) + locked.RetryAfter!.Value;
        Assert.Throws<Problem>(void () => SignInAttempts.Fail(state, "user_1", Address, end.AddTicks(-1)));
        Assert.Single(SignInAttempts.Succeed(state, "user_1", "session_1", Address, end));
    }

    [Fact]
    public void Failures_that_lie_far_apart_lock_nothing()
    {
        var state = SignInAttempts.Initial;
        for (var i = 0; i < 20; i++)
        {
            state = Fold<SignInAttempts>.Apply(state, SignInAttempts.Fail(state, "user_1", Address, Start.AddMinutes(16 * i)));
        }

        Assert.Null(state.LockedUntil);
    }

    private async Task<DatabaseConnections> Prepared()
    {
        var connections = new DatabaseConnections(await server.FreshDatabase(), NullLoggerFactory.Instance);
        await DatabaseSchema.Prepare(connections, Ct);
        return connections;
    }

    private static async Task<(MovedClock Clock, AccessTokens Tokens)> Tokens(DatabaseConnections store)
    {
        var clock = new MovedClock { Now = Start };
        return (clock, new AccessTokens(new SigningKeys(store.Database, await ServerSecrets.Load(store.Database, null, Ct), clock), clock));
    }

    private static string KeyOf(string token) => new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Kid;

    /// <summary>A clock that stands where it is put.</summary>
    private sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
