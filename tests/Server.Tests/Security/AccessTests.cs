using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.AspNetCore.Routing;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>Every path says whom it is for, and is for nobody else.</summary>
public sealed class AccessTests(ServerFixture server)
{
    [Fact]
    public void Every_route_states_what_it_demands()
    {
        var endpoints = ((EndpointDataSource)server.Services.GetService(typeof(EndpointDataSource))!).Endpoints.OfType<RouteEndpoint>()
            .ToArray();

        Assert.True(endpoints.Length > 40);
        foreach (var endpoint in endpoints)
        {
            Assert.True(endpoint.Metadata.GetMetadata<Access>() is not null,
                $"{endpoint.DisplayName} is closed to everybody: its route needs Needs(Access.…)");
        }
    }

    [Theory]
    [InlineData("viewer", 200, 403, 403, 403, 403)]
    [InlineData("service", 200, 403, 404, 403, 403)]
    [InlineData("auditor", 200, 403, 403, 200, 403)]
    [InlineData("analyst", 200, 201, 404, 403, 403)]
    [InlineData("admin", 200, 201, 404, 200, 200)]
    public async Task A_role_may_do_what_it_is_for(string role, int look, int build, int detect, int audit, int administer)
    {
        var (client, _, _) = await server.SignedIn("roles", role);
        using var user = client;

        Assert.Equal(look, (await user.Get("/api/v1/detectors")).Status);
        Assert.Equal(build, (await user.Post("/api/v1/detectors", new { name = "x", algorithm = "IsolationForest" })).Status);
        Assert.Equal(detect, (await user.Post("/v1/detect", new { detector_id = "detector_none", data = new[] { new[] { 1.0 } } })).Status);
        Assert.Equal(audit, (await user.Get("/api/v1/audit/events")).Status);
        Assert.Equal(administer, (await user.Get("/api/v1/users")).Status);
        Assert.Equal(403, (await user.Get("/api/v1/tenants")).Status);
    }

    [Fact]
    public async Task A_key_revoked_on_one_silo_is_refused_at_once_by_another()
    {
        using var admin = server.Client();
        await using var silo = await AnotherSilo.Start(server.Database);
        for (var i = 0; i < 5; i++)
        {
            var issued = (await admin.Post("/v1/auth/api-keys", new { name = "shared" })).Body;
            using var elsewhere = new ApiClient(new Uri(silo.Address), issued.GetProperty("api_key").GetString());
            Assert.Equal(200, (await elsewhere.Get("/v1/detectors")).Status);

            await admin.Delete($"/v1/auth/api-keys/{issued.GetProperty("id").GetString()}");

            Assert.Equal(401, (await elsewhere.Get("/v1/detectors")).Status);
        }
    }

    [Fact]
    public async Task A_closed_tenants_keys_open_nothing()
    {
        using var admin = server.Client();
        using var client = await server.ClientOf("closing");
        Assert.Equal(200, (await client.Get("/v1/detectors")).Status);

        Assert.Equal(200, (await admin.Delete("/api/v1/tenants/closing")).Status);

        Assert.Equal(401, (await client.Get("/v1/detectors")).Status);
    }

    [Fact]
    public async Task A_users_keys_are_its_own_can_do_no_more_than_it_and_end_with_it()
    {
        var (client, _, id) = await server.SignedIn("keys", "viewer");
        var (second, _, _) = await server.SignedIn("keys", "analyst");
        using var user = client;
        using var colleague = second;
        using var admin = server.Client();

        var issued = (await user.Post("/v1/auth/api-keys", new { name = "mine" })).Body;
        var key = issued.GetProperty("id").GetString();
        Assert.Equal(["read"], issued.GetProperty("permissions").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(403, (await user.Post("/v1/auth/api-keys", new { name = "more", permissions = new[] { "write" } })).Status);
        Assert.Equal(403, (await user.Post("/v1/auth/api-keys", new { name = "more", roles = new[] { "admin" } })).Status);
        Assert.Equal(403, (await user.Post("/v1/auth/api-keys", new { name = "faster", plan = "internal" })).Status);
        Assert.Equal(403, (await user.Post("/v1/auth/api-keys", new { name = "away", tenant_id = "default" })).Status);

        using var program = server.Client(issued.GetProperty("api_key").GetString()!);
        Assert.Equal(200, (await program.Get("/v1/detectors")).Status);
        Assert.Equal(403, (await program.Post("/v1/auth/api-keys", new { name = "child" })).Status);
        Assert.Single((await user.Get("/v1/auth/api-keys")).Body.GetProperty("api_keys").EnumerateArray());
        Assert.Empty((await colleague.Get("/v1/auth/api-keys")).Body.GetProperty("api_keys").EnumerateArray());
        Assert.Equal(404, (await colleague.Delete($"/v1/auth/api-keys/{key}")).Status);

        await admin.Delete($"/api/v1/users/{id}");
        Assert.Equal(401, (await program.Get("/v1/detectors")).Status);
    }

    [Fact]
    public async Task The_last_use_of_a_key_is_shown()
    {
        using var tenant = await server.ClientOf("last-use");
        var ct = TestContext.Current.CancellationToken;
        while ((await tenant.Get("/v1/auth/api-keys")).Body.GetProperty(
            "api_keys")[0].GetProperty("last_used").ValueKind == System.Text.Json.JsonValueKind.Null)
        {
            await Task.Delay(50, ct);
        }
    }
}
