namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>What is taken away is gone at once, and what is not there is said not to be.</summary>
public sealed class TakenAwayTests(ServerFixture server)
{
    private const string Keys = "/v1/auth/api-keys";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_feed_ends_soon_after_its_key_was_revoked()
    {
        using var admin = await server.ClientOf("taken-feed");
        var issued = (await admin.Post(Keys, new { name = "watcher", roles = new[] { "analyst" } })).Body;
        using var watcher = server.Client(issued.GetProperty("api_key").GetString()!);
        var session = (await watcher.Post("/api/v1/training/sessions", new { trainer = "external" })).Body.GetProperty("session_id")
            .GetString();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sse/training/{session}");
        using var feed = await watcher.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        await using var stream = await feed.Content.ReadAsStreamAsync(Ct);
        var ended = Task.Run(() => ReadToEnd(stream), Ct);

        Assert.Equal(200, (await admin.Delete($"{Keys}/{issued.GetProperty("id").GetString()}")).Status);

        await ended.WaitAsync(Timeout, Ct);
    }

    [Fact]
    public async Task An_administrator_of_the_server_lists_and_revokes_the_keys_of_any_tenant()
    {
        using var root = server.Client();
        using var tenant = await server.ClientOf("taken-keys");
        var mine = (await tenant.Post(Keys, new { name = "theirs" })).Body;

        var listed = (await root.Get($"{Keys}?tenant_id=taken-keys")).Body.GetProperty("api_keys").EnumerateArray()
            .Select(key => key.GetProperty("id").GetString()).ToArray();
        Assert.Contains(mine.GetProperty("id").GetString(), listed);
        Assert.Equal(403, (await tenant.Get($"{Keys}?tenant_id=default")).Status);
        Assert.Equal(200, (await root.Delete($"{Keys}/{mine.GetProperty("id").GetString()}?tenant_id=taken-keys")).Status);

        using var revoked = server.Client(mine.GetProperty("api_key").GetString()!);
        Assert.Equal(401, (await revoked.Get("/v1/detectors")).Status);
    }

    [Fact]
    public async Task Keys_are_paged_and_a_user_has_no_more_than_a_hundred()
    {
        var (user, _, _) = await server.SignedIn("taken-cap", "analyst");
        using var analyst = user;
        var issued = new List<int>();
        foreach (var batch in Enumerable.Range(0, 104).Chunk(8))
        {
            issued.AddRange(await Task.WhenAll(batch.Select(async i => (await analyst.Post(Keys, new { name = $"k{i}" })).Status)));
        }

        Assert.Equal((100, 4), (issued.Count(status => status == 201), issued.Count(status => status == 409)));
        var page = (await analyst.Get($"/api/v1/auth/api-keys?limit=30&offset=90")).Body;
        Assert.Equal((10, 100),
            (page.GetProperty("api_keys").GetArrayLength(), page.GetProperty("pagination").GetProperty("total").GetInt32()));
    }

    [Fact]
    public async Task A_key_that_may_only_read_leaves_notifications_as_they_are()
    {
        using var admin = await server.ClientOf("taken-readonly");
        var issued = (await admin.Post(Keys, new { name = "reader", permissions = new[] { "read" } })).Body;
        using var reader = server.Client(issued.GetProperty("api_key").GetString()!);

        Assert.Equal(200, (await reader.Get("/api/v1/notifications")).Status);
        Assert.Equal(403, (await reader.Delete("/api/v1/notifications")).Status);
        Assert.Equal(403, (await reader.Post("/api/v1/notifications/notif_00000000000000000000000000000000/read", null)).Status);
    }

    [Theory]
    [InlineData("user_00000000000000000000000000000000")]
    [InlineData("nobody")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public async Task Nobody_is_erased_who_is_not_known(string id)
    {
        using var admin = await server.ClientOf("taken-erasure");

        Assert.Equal(404, (await admin.Post($"/api/v1/audit/subjects/{id}/erase", null)).Status);
    }

    [Fact]
    public async Task A_user_of_another_tenant_is_not_erased_and_one_is_found_by_its_plain_uuid()
    {
        using var other = await server.ClientOf("taken-other");
        using var admin = await server.ClientOf("taken-own");
        var id = (await admin.Post("/api/v1/users", new
        {
            username = $"erasable-{Guid.NewGuid():N}", password = "a-good-password", email = "erasable@example.org",
            roles = new[] { "viewer" },
        })).Data.GetProperty("id").GetString()!;

        Assert.Equal(404, (await other.Post($"/api/v1/audit/subjects/{id}/erase", null)).Status);
        var uuid = Guid.Parse(id["user_".Length..]).ToString("D");
        Assert.True((await admin.Post($"/api/v1/audit/subjects/{uuid}/erase", null)).Data.GetProperty("had_personal_fields").GetBoolean());
        Assert.Equal(404, (await admin.Get($"/api/v1/users/{id}")).Status);
    }

    [Fact]
    public async Task The_administrator_who_was_deleted_stays_deleted_after_a_restart()
    {
        var database = await server.FreshDatabase();
        await using (var first = await AnotherSilo.Start(database))
        {
            using var root = new ApiClient(new Uri(first.Address), ServerFixture.AdminKey);
            var admin = (await root.Get("/api/v1/users")).Data.GetProperty("users")[0].GetProperty("id").GetString();
            Assert.Equal(200, (await root.Delete($"/api/v1/users/{admin}")).Status);
        }

        await using var second = await AnotherSilo.Start(database);
        using var anybody = new ApiClient(new Uri(second.Address), null);

        Assert.Equal(401,
            (await anybody.Post("/v1/auth/login", new { username = "admin", password = ServerFixture.AdminPassword })).Status);
    }

    private static async Task ReadToEnd(Stream stream)
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, Ct) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The server closed the connection.
        }
    }
}
