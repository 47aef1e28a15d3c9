namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>Keys open what they are for, and tenants never meet.</summary>
public sealed class SecurityTests(ServerFixture server)
{
    [Fact]
    public async Task A_key_works_in_every_documented_place_and_nothing_works_without()
    {
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        Assert.Equal(401, (await anonymous.Get("/api/v1/detectors")).Status);
        Assert.Equal("AUTHENTICATION_FAILED", (await anonymous.Get("/v1/detectors")).Error.GetProperty("code").GetString());
        Assert.Equal(200, (await anonymous.Get($"/api/v1/detectors?api_key={ServerFixture.AdminKey}")).Status);
        anonymous.Http.DefaultRequestHeaders.Authorization = new("Bearer", ServerFixture.AdminKey);
        Assert.Equal(200, (await anonymous.Get("/v1/detectors")).Status);
        anonymous.Http.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        Assert.Equal(401, (await anonymous.Get("/v1/detectors")).Status);
    }

    [Fact]
    public async Task A_tenant_sees_nothing_of_another()
    {
        using var one = await server.ClientOf("one");
        using var two = await server.ClientOf("two");
        var dataset = await one.Dataset(Tables.Blob(50, 2));
        var detector = await one.Detector();
        await one.Train(detector, dataset);
        var result = (await one.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 1.0, 2.0 } } })).Data.GetProperty(
            "result_id").GetString();

        Assert.Equal(404, (await two.Get($"/api/v1/detectors/{detector}")).Status);
        Assert.Equal(404, (await two.Put($"/api/v1/detectors/{detector}", new { name = "mine" })).Status);
        Assert.Equal(404, (await two.Delete($"/api/v1/detectors/{detector}")).Status);
        Assert.Equal(404, (await two.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 1.0, 2.0 } } })).Status);
        Assert.Equal(404, (await two.Get($"/v1/datasets/{dataset}/sample")).Status);
        Assert.Equal(404, (await two.Post($"/api/v1/detectors/{await two.Detector()}/train", new { dataset_id = dataset })).Status);
        Assert.Equal(404, (await two.Get($"/api/v1/results/{result}")).Status);
        Assert.Equal(404, (await two.Post($"/api/v1/audit/results/{result}/replay", null)).Status);
        Assert.Equal(404, (await two.Get($"/api/v1/audit/streams/{detector}")).Status);
        Assert.DoesNotContain(detector, (await two.Get("/api/v1/audit/events?limit=1000")).Body.ToString(), StringComparison.Ordinal);
        Assert.Equal(403, (await two.Get("/api/v1/audit/events?tenant=one")).Status);
        Assert.Equal(200, (await one.Get($"/api/v1/detectors/{detector}")).Status);
    }

    [Fact]
    public async Task A_revoked_key_stops_at_once()
    {
        using var admin = server.Client();
        var issued = (await admin.Post("/v1/auth/api-keys", new { name = "short-lived" })).Body;
        using var client = server.Client(issued.GetProperty("api_key").GetString()!);
        Assert.Equal(200, (await client.Get("/api/v1/detectors")).Status);

        Assert.Equal(200, (await admin.Delete($"/v1/auth/api-keys/{issued.GetProperty("id").GetString()}")).Status);

        Assert.Equal(401, (await client.Get("/api/v1/detectors")).Status);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_stored_nowhere()
    {
        using var admin = server.Client();
        var key = (await admin.Post("/v1/auth/api-keys", new { name = "secret" })).Body.GetProperty("api_key").GetString()!;

        Assert.StartsWith("pyn_", key, StringComparison.Ordinal);
        Assert.DoesNotContain(key, (await admin.Get("/v1/auth/api-keys")).Body.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, (await admin.Get("/api/v1/audit/events?limit=1000&type=api_key_issued")).Body.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scopes_and_expiries_are_kept_to()
    {
        using var admin = server.Client();
        var reading = (await admin.Post("/v1/auth/api-keys", new { name = "reader", permissions = new[] { "read" } })).Body.GetProperty(
            "api_key").GetString()!;
        using var reader = server.Client(reading);

        Assert.Equal(200, (await reader.Get("/api/v1/detectors")).Status);
        Assert.Equal(403, (await reader.Post("/api/v1/detectors", new { name = "x", algorithm = "IsolationForest" })).Status);
        Assert.Equal(403, (await reader.Get("/api/v1/audit/events")).Status);
        Assert.Equal(422, (await admin.Post("/v1/auth/api-keys", new { name = "late", expires_at = "2001-01-01T00:00:00Z" })).Status);
    }
}
