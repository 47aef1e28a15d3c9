using System.Text;
using System.Text.Json;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>Users sign in, stay signed in, and sign out as the contracts say.</summary>
public sealed class LoginTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/auth")]
    [InlineData("/api/v1/auth")]
    public async Task A_user_signs_in_and_is_told_what_the_document_promises(string root)
    {
        using var anonymous = new ApiClient(new Uri(server.Address), null);

        var answer = await anonymous.Post($"{root}/login",
            new { username = "admin", password = ServerFixture.AdminPassword, remember_me = false });

        Assert.Equal(200, answer.Status);
        Assert.Equal(["access_token", "refresh_token", "token_type", "expires_in", "user"],
            answer.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal("bearer", answer.Body.GetProperty("token_type").GetString());
        Assert.Equal(1800, answer.Body.GetProperty("expires_in").GetInt32());
        var user = answer.Body.GetProperty("user");
        Assert.Equal(["id", "username", "email", "roles"], user.EnumerateObject().Select(member => member.Name));
        Assert.Equal("admin", user.GetProperty("username").GetString());

        using var client = server.Bearer(answer.Body.GetProperty("access_token").GetString()!);
        Assert.True(JsonElement.DeepEquals(user, (await client.Get($"{root}/me")).Body));
        Assert.Equal(200, (await client.Get("/api/v1/detectors")).Status);
        Assert.Equal(200, (await client.Get("/api/v1/tenants")).Status);
    }

    [Theory]
    [InlineData("""{"username":"admin"}""", 422)]
    [InlineData("""{"username":"admin","password":7}""", 422)]
    [InlineData("""{"username":"admin","password":"x","otp":"1"}""", 422)]
    [InlineData("""{"username":"","password":"x"}""", 422)]
    [InlineData("""{"username":"admin","password":"x","remember_me":"yes"}""", 422)]
    [InlineData("""{"username":""", 400)]
    [InlineData("""{"username":"nobody-of-this-name","password":"x"}""", 401)]
    public async Task A_login_that_cannot_be_says_why_in_the_shape_of_its_path(string body, int status)
    {
        using var anonymous = new ApiClient(new Uri(server.Address), null);

        var reference = await anonymous.Post("/v1/auth/login", body);
        var enterprise = await anonymous.Post("/api/v1/auth/login", body);

        Assert.Equal(status, reference.Status);
        Assert.Equal(JsonValueKind.String, reference.Error.GetProperty("details").ValueKind);
        Assert.Equal(status, enterprise.Status);
        Assert.Equal("application/problem+json", enterprise.ContentType);
        Assert.Equal(status, enterprise.Body.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike()
    {
        var (client, login, _) = await server.SignedIn("alike", "viewer");
        using var signedIn = client;
        using var anonymous = new ApiClient(new Uri(server.Address), null);

        var wrong = await anonymous.Post("/v1/auth/login",
            new { username = login.GetProperty("user").GetProperty("username").GetString(), password = "wrong" });
        var unknown = await anonymous.Post("/v1/auth/login", new { username = "nobody-at-all", password = "wrong" });

        Assert.Equal((401, 401), (wrong.Status, unknown.Status));
        Assert.Equal(wrong.Error.GetProperty("message").GetString(), unknown.Error.GetProperty("message").GetString());
        Assert.Equal("AUTHENTICATION_FAILED", wrong.Error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_its_reuse_ends_the_session_everywhere()
    {
        var (client, login, _) = await server.SignedIn("reuse", "analyst");
        using var signedIn = client;
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        var first = login.GetProperty("refresh_token").GetString()!;

        var refreshed = (await anonymous.Post("/v1/auth/refresh", new { refresh_token = first })).Body;
        using var fresh = server.Bearer(refreshed.GetProperty("access_token").GetString()!);
        var second = refreshed.GetProperty("refresh_token").GetString()!;

        Assert.Equal("bearer", refreshed.GetProperty("token_type").GetString());
        Assert.Equal(1800, refreshed.GetProperty("expires_in").GetInt32());
        Assert.NotEqual(first, second);
        Assert.Equal(200, (await fresh.Get("/v1/auth/me")).Status);

        Assert.Equal(401, (await anonymous.Post("/v1/auth/refresh", new { refresh_token = first })).Status);

        Assert.Equal(401, (await anonymous.Post("/v1/auth/refresh", new { refresh_token = second })).Status);
        Assert.Equal(401, (await fresh.Get("/v1/auth/me")).Status);
        Assert.Equal(401, (await signedIn.Get("/v1/auth/me")).Status);
        using var auditor = await server.ClientOf("reuse");
        Assert.Equal(1, (await auditor.Get("/api/v1/audit/events?type=refresh_token_reused")).Data.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task A_guessed_refresh_token_ends_nobodys_session()
    {
        var (client, login, _) = await server.SignedIn("guess", "analyst");
        using var signedIn = client;
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        var good = login.GetProperty("refresh_token").GetString()!;

        Assert.Equal(401, (await anonymous.Post("/v1/auth/refresh", new { refresh_token = $"{good[..^4]}0000" })).Status);
        Assert.Equal(401, (await anonymous.Post("/v1/auth/refresh", new { refresh_token = "garbage" })).Status);
        Assert.Equal(422, (await anonymous.Post("/v1/auth/refresh", new { })).Status);

        Assert.Equal(200, (await signedIn.Get("/v1/auth/me")).Status);
        Assert.Equal(200, (await anonymous.Post("/api/v1/auth/refresh", new { refresh_token = good })).Status);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_at_once_on_every_silo()
    {
        var (client, login, _) = await server.SignedIn("leaving", "analyst");
        using var signedIn = client;
        await using var silo = await AnotherSilo.Start(server.Database);
        using var elsewhere = server.Bearer(login.GetProperty("access_token").GetString()!, silo.Address);
        Assert.Equal(200, (await elsewhere.Get("/v1/auth/me")).Status);

        var answer = await signedIn.Post("/v1/auth/logout", new { refresh_token = login.GetProperty("refresh_token").GetString() });

        Assert.Equal("Successfully logged out", answer.Body.GetProperty("message").GetString());
        Assert.Equal(401, (await elsewhere.Get("/v1/auth/me")).Status);
        Assert.Equal(401, (await signedIn.Get("/v1/auth/me")).Status);
        using var anonymous = new ApiClient(new Uri(silo.Address), null);
        Assert.Equal(401,
            (await anonymous.Post("/v1/auth/refresh", new { refresh_token = login.GetProperty("refresh_token").GetString() })).Status);
        Assert.Equal(401, (await anonymous.Post("/v1/auth/logout", new { refresh_token = "x" })).Status);
    }

    [Fact]
    public async Task Nobody_signs_anybody_else_out()
    {
        var (one, _, _) = await server.SignedIn("out-one", "analyst");
        var (two, login, _) = await server.SignedIn("out-two", "analyst");
        using var other = one;
        using var signedIn = two;

        await other.Post("/v1/auth/logout", new { refresh_token = login.GetProperty("refresh_token").GetString() });

        Assert.Equal(200, (await signedIn.Get("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task After_five_failures_nobody_gets_in_for_a_while_whether_the_name_exists_or_not()
    {
        var (client, login, _) = await server.SignedIn("locked", "analyst");
        using var signedIn = client;
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        var name = login.GetProperty("user").GetProperty("username").GetString();

        foreach (var tried in new[] { name, "nobody-who-could-be-locked" })
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal(401, (await anonymous.Post("/v1/auth/login", new { username = tried, password = $"wrong {i}" })).Status);
            }

            var locked = await anonymous.Post("/v1/auth/login", new { username = tried, password = "a-good-password" });
            Assert.Equal(429, locked.Status);
            Assert.Equal("RATE_LIMIT_EXCEEDED", locked.Error.GetProperty("code").GetString());
            Assert.InRange(locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        }

        Assert.Equal(200, (await signedIn.Get("/v1/auth/me")).Status);
        using var auditor = await server.ClientOf("locked");
        Assert.Equal(5, (await auditor.Get("/api/v1/audit/events?type=login_failed")).Data.GetProperty("events").GetArrayLength());
        Assert.Equal(1, (await auditor.Get("/api/v1/audit/events?type=login_locked")).Data.GetProperty("events").GetArrayLength());
        Assert.Equal(1, (await auditor.Get("/api/v1/audit/events?type=login_succeeded")).Data.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task A_forged_token_opens_nothing()
    {
        var (client, login, _) = await server.SignedIn("forged", "analyst");
        using var signedIn = client;
        var parts = login.GetProperty("access_token").GetString()!.Split('.');
        var payload = Encoding.UTF8.GetString(Decode(parts[1]));
        string Forge(string header, string body, string signature) => $"{Encode(header)}.{Encode(body)}.{signature}";

        foreach (var token in new[]
        {
            Forge("""{"alg":"none","typ":"JWT"}""", payload, string.Empty),
            $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.{parts[2]}",
            $"{Encode(Encoding.UTF8.GetString(Decode(parts[0])).Replace("HS256", "none", StringComparison.Ordinal))}.{parts[1]}.",
            $"{parts[0]}.{Encode(payload.Replace("analyst", "admin", StringComparison.Ordinal))}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{Encode("another signature of 32 bytes ..")}",
            $"{parts[0]}.{parts[1]}.", "a.b.c", "..", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x", new string('a', 3000) + ".b.c",
        })
        {
            using var forger = new ApiClient(new Uri(server.Address), token);
            Assert.Equal(401, (await forger.Get("/v1/auth/me")).Status);
        }
    }

    [Fact]
    public async Task Changes_to_a_user_count_at_once()
    {
        var (client, login, id) = await server.SignedIn("changing", "analyst");
        using var signedIn = client;
        using var admin = server.Client();
        var name = login.GetProperty("user").GetProperty("username").GetString();
        Assert.Equal(201, (await signedIn.Post("/api/v1/detectors", new { name = "x", algorithm = "IsolationForest" })).Status);

        await admin.Put($"/api/v1/users/{id}", new { roles = new[] { "viewer" } });
        Assert.Equal(403, (await signedIn.Post("/api/v1/detectors", new { name = "x", algorithm = "IsolationForest" })).Status);
        Assert.Equal(200, (await signedIn.Get("/api/v1/detectors")).Status);

        await admin.Put($"/api/v1/users/{id}", new { password = "another-password" });
        Assert.Equal(401, (await signedIn.Get("/api/v1/detectors")).Status);
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        Assert.Equal(401,
            (await anonymous.Post("/v1/auth/refresh", new { refresh_token = login.GetProperty("refresh_token").GetString() })).Status);
        Assert.Equal(401, (await anonymous.Post("/v1/auth/login", new { username = name, password = "a-good-password" })).Status);
        var again = await anonymous.Post("/v1/auth/login", new { username = name!.ToUpperInvariant(), password = "another-password" });
        Assert.Equal(200, again.Status);

        using var returned = server.Bearer(again.Body.GetProperty("access_token").GetString()!);
        Assert.Equal(200, (await returned.Get("/v1/auth/me")).Status);
        Assert.Equal(200, (await admin.Delete($"/api/v1/users/{id}")).Status);
        Assert.Equal(401, (await returned.Get("/v1/auth/me")).Status);
        Assert.Equal(401, (await anonymous.Post("/v1/auth/login", new { username = name, password = "another-password" })).Status);
    }

    [Fact]
    public async Task No_password_or_token_is_in_the_log()
    {
        var (client, login, id) = await server.SignedIn("secrets", "analyst");
        using var signedIn = client;
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        var refreshed =
            (await anonymous.Post("/v1/auth/refresh", new { refresh_token = login.GetProperty("refresh_token").GetString() })).Body;
        using var auditor = await server.ClientOf("secrets");
        auditor.Http.DefaultRequestHeaders.Accept.ParseAdd("application/x-ndjson");

        var export = await auditor.Http.GetStringAsync("/api/v1/audit/events", Ct);

        Assert.Contains(id, export, StringComparison.Ordinal);
        foreach (var secret in new[]
        {
            "a-good-password", login.GetProperty("refresh_token").GetString()!, refreshed.GetProperty("refresh_token").GetString()!,
            refreshed.GetProperty("access_token").GetString()!, login.GetProperty("user").GetProperty("username").GetString()!,
            "example.org", "127.0.0.1", "AQAAAA",
        })
        {
            Assert.DoesNotContain(secret, export, StringComparison.Ordinal);
        }
    }

    private static string Encode(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[] Decode(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
