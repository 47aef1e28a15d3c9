using System.Text.Json;
using EventSourcedAnomaly.Server.Features.ApiKeys;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>A key that was issued for a time ends by itself, and the log says when.</summary>
public sealed class KeyExpiryTests(ServerFixture server)
{
    private static readonly DateTimeOffset End = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ApiKey Issued =
        ApiKey.Initial.Apply(new ApiKeyIssued("k", "pyn_1234****", ["read"], ["viewer"], "platform", End.AddDays(-1), End));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Its_end_is_noted_at_its_end_and_once()
    {
        Assert.Empty(ApiKey.Expire(Issued, End.AddTicks(-1)));
        var noted = Assert.IsType<ApiKeyExpired>(Assert.Single(ApiKey.Expire(Issued, End.AddSeconds(3))));
        Assert.Equal(End, noted.ExpiredAt);
        Assert.Empty(ApiKey.Expire(Issued.Apply(noted), End.AddDays(1)));
    }

    [Fact]
    public void A_key_that_was_revoked_or_has_no_end_does_not_expire()
    {
        Assert.Empty(ApiKey.Expire(Issued.Apply(new ApiKeyRevoked(End.AddHours(-1))), End.AddDays(1)));
        Assert.Empty(ApiKey.Expire(Issued with { ExpiresAt = null }, End.AddDays(1)));
    }

    [Fact]
    public async Task A_silo_that_was_asked_for_the_reminder_may_die_and_another_gives_it()
    {
        var database = await server.FreshDatabase();
        var first = await AnotherSilo.Start(database);
        await using var second = await AnotherSilo.Start(database);
        using var admin = new ApiClient(new Uri(first.Address), ServerFixture.AdminKey);
        using var elsewhere = new ApiClient(new Uri(second.Address), ServerFixture.AdminKey);
        var key = (await admin.Post("/v1/auth/api-keys", new { name = "short", expires_at = DateTimeOffset.UtcNow.AddSeconds(10) })).Body;
        await first.DisposeAsync();

        var expired = await Expiry(elsewhere, key.GetProperty("id").GetString()!);

        Assert.Equal(key.GetProperty("expires_at").GetDateTimeOffset(),
            expired.GetProperty("data").GetProperty("expired_at").GetDateTimeOffset());
        using var late = new ApiClient(new Uri(second.Address), key.GetProperty("api_key").GetString());
        Assert.Equal(401, (await late.Get("/v1/detectors")).Status);
    }

    private static async Task<JsonElement> Expiry(ApiClient admin, string stream)
    {
        while (true)
        {
            var events = (await admin.Get($"/api/v1/audit/events?stream={stream}&type=api_key_expired")).Data.GetProperty("events");
            if (events.GetArrayLength() > 0)
            {
                return events[0];
            }

            await Task.Delay(200, Ct);
        }
    }
}
