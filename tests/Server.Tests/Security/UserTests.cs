using Npgsql;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>Administrators keep the users of their own tenant, and a person can be forgotten.</summary>
public sealed class UserTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"username":"u"}""", "password")]
    [InlineData("""{"username":"u","password":"short"}""", "password")]
    [InlineData("""{"username":"","password":"long-enough"}""", "username")]
    [InlineData("""{"username":"u","password":"long-enough","roles":["king"]}""", "roles")]
    [InlineData("""{"username":"u","password":"long-enough","roles":"admin"}""", "roles")]
    [InlineData("""{"username":"u","password":"long-enough","email":"nowhere"}""", "email")]
    [InlineData("""{"username":"u","password":"long-enough","plan":"gold"}""", "plan")]
    [InlineData("""{"username":"u","password":"long-enough","admin":true}""", "admin")]
    public async Task A_user_that_cannot_be_is_refused_with_the_field(string body, string field)
    {
        using var admin = server.Client();

        var answer = await admin.Post("/api/v1/users", body);

        Assert.Equal(422, answer.Status);
        Assert.Equal(field, answer.Error.GetProperty("details").GetProperty("field").GetString());
    }

    [Fact]
    public async Task An_administrator_keeps_its_own_tenants_users_only()
    {
        using var one = await server.ClientOf("users-one");
        using var two = await server.ClientOf("users-two");
        var created = await one.Post("/api/v1/users", new
        { username = "only.once", password = "long-enough", email = "o@example.org", roles = new[] { "viewer" } });
        var id = created.Data.GetProperty("id").GetString();

        Assert.Equal(201, created.Status);
        Assert.Equal("users-one", created.Data.GetProperty("tenant_id").GetString());
        Assert.Equal(409, (await two.Post("/api/v1/users", new { username = "Only.Once", password = "long-enough" })).Status);
        Assert.Equal(403,
            (await one.Post("/api/v1/users", new { username = "spy", password = "long-enough", tenant_id = "users-two" })).Status);
        Assert.Equal(403, (await two.Get("/api/v1/users?tenant_id=users-one")).Status);
        Assert.Equal(404, (await two.Get($"/api/v1/users/{id}")).Status);
        Assert.Equal(404, (await two.Put($"/api/v1/users/{id}", new { roles = new[] { "admin" } })).Status);
        Assert.Equal(404, (await two.Delete($"/api/v1/users/{id}")).Status);
        Assert.Equal(404, (await two.Get($"/api/v1/audit/streams/{id}")).Status);
        Assert.Equal("o@example.org", (await one.Get("/api/v1/users")).Data.GetProperty("users")[0].GetProperty("email").GetString());
        Assert.Equal("p@example.org",
            (await one.Put($"/api/v1/users/{id}", new { email = "p@example.org" })).Data.GetProperty("email").GetString());
        Assert.Equal(422, (await one.Put($"/api/v1/users/{id}", new { username = "renamed" })).Status);

        Assert.Equal(200, (await one.Delete($"/api/v1/users/{id}")).Status);
        Assert.Equal(404, (await one.Get($"/api/v1/users/{id}")).Status);
        Assert.Equal(201, (await two.Post("/api/v1/users", new { username = "only.once", password = "long-enough" })).Status);
    }

    [Fact]
    public async Task An_erased_person_is_nowhere_any_more()
    {
        using var admin = await server.ClientOf("forgetting");
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        const string Name = "Zebedee Quillfeather", Email = "zebedee@quillfeather.example";
        var id = (await admin.Post("/api/v1/users", new { username = Name, password = "long-enough", email = Email })).Data.GetProperty(
            "id").GetString();
        var login = (await anonymous.Post("/v1/auth/login", new { username = Name, password = "long-enough" })).Body;
        using var user = server.Bearer(login.GetProperty("access_token").GetString()!);
        Assert.Equal(Email, (await user.Get("/v1/auth/me")).Body.GetProperty("email").GetString());

        Assert.True((await admin.Post($"/api/v1/audit/subjects/{id}/erase", null)).Data.GetProperty("had_personal_fields").GetBoolean());

        Assert.Equal(401, (await user.Get("/v1/auth/me")).Status);
        Assert.Equal(401, (await anonymous.Post("/v1/auth/login", new { username = Name, password = "long-enough" })).Status);
        Assert.Equal(404, (await admin.Get($"/api/v1/users/{id}")).Status);
        var seen = $"{(await admin.Get("/api/v1/users")).Body} {(await admin.Get($"/api/v1/audit/streams/{id}")).Body} "
            + $"{(await admin.Get("/api/v1/audit/events?limit=1000")).Body} {await WholeDatabase()}";
        Assert.Contains(id!, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Zebedee", seen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("quillfeather", seen, StringComparison.OrdinalIgnoreCase);
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var keys = database.CreateCommand("select count(*) from subject_keys where subject = $1");
        keys.Parameters.Add(new() { Value = id! });
        Assert.Equal(0L, await keys.ExecuteScalarAsync(Ct));
    }

    private async Task<string> WholeDatabase()
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var command = database.CreateCommand(
            "select coalesce(string_agg(t, ' '), '') from (select e::text t from mt_events e union all select s::text from mt_streams s "
                + "union all select n::text from user_names n) all_rows");
        return (string)(await command.ExecuteScalarAsync(Ct))!;
    }
}
