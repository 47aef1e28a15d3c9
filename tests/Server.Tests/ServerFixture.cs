using System.Net.Http.Headers;
using System.Text.Json;
using Alba;
using EventSourcedAnomaly.Server.Tests;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(ServerFixture))]

namespace EventSourcedAnomaly.Server.Tests;

/// <summary>
/// The product's own program on a real PostgreSQL, in memory for Alba's scenarios and on a real port for streams, WebSockets and uploads,
/// for
/// all tests of the assembly.
/// </summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public const string AdminKey = "bootstrap-key-of-the-tests";
    private readonly PostgresFixture _postgres = new();
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("esa-server-tests-");
    private readonly KestrelExtension _kestrel = new();
    private IAlbaHost? _host;

    public const string AdminPassword = "password-of-the-tests";

    /// <summary>The connection string of the server's database.</summary>
    public string Database { get; private set; } = string.Empty;

    /// <summary>The parts of the server.</summary>
    public IServiceProvider Services => Host.Services;

    /// <summary>Runs scenarios against the program.</summary>
    public IAlbaHost Host => _host ?? throw new InvalidOperationException("The server has not started.");

    /// <summary>Where the same server listens on a real port.</summary>
    public string Address => _kestrel.Address;

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        Database = await _postgres.CreateDatabaseAsync();
        _host = await Start(Database, _data.FullName, _kestrel);
    }

    private static Task<IAlbaHost> Start(string database, string dataDirectory, KestrelExtension kestrel) => AlbaHost.For<Program>(
        host =>
        {
            host.UseEnvironment("Production");
            host.ConfigureLogging(logging => logging.AddProvider(new ErrorLog()));
            foreach (var (name, value) in new Dictionary<string, string>
            {
                ["ESA_ADMIN_PASSWORD"] = AdminPassword, ["ESA_ANONYMOUS_PER_HOUR"] = "1000000",
                ["PORT"] = "0", ["ESA_DATA_DIR"] = dataDirectory, ["ConnectionStrings:Postgres"] = database,
                ["ESA_BOOTSTRAP_API_KEY"] = AdminKey, ["ESA_DEMO"] = "false",
                ["ESA_WEBHOOK_ALLOW"] = "127.0.0.1", ["ESA_WEBHOOK_RETRY_SECONDS"] = "0.2,0.2,0.2",
            })
            {
                host.UseSetting(name, value);
            }
        },
        kestrel);

    public ApiClient Client(string key = AdminKey) => new(Host, new Uri(Address), key);

    /// <summary>A client whose tenant is its own, so that what it counts is what it did.</summary>
    public async Task<ApiClient> ClientOf(string tenant)
    {
        using var admin = Client();
        await admin.Post("/api/v1/tenants", new { id = tenant, name = tenant });
        var issued = await admin.Post("/v1/auth/api-keys",
            new { name = tenant, tenant_id = tenant, roles = new[] { "admin" }, plan = "internal" });
        return Client(issued.Body.GetProperty("api_key").GetString()!);
    }

    /// <summary>The files under the server's data directory, its temporary ones.</summary>
    public IEnumerable<string> TemporaryFiles() => Directory.EnumerateFileSystemEntries(Path.Combine(_data.FullName, "tmp"));

    /// <summary>A file that can be imported.</summary>
    public string Import(string name, string content)
    {
        var path = Path.Combine(_data.FullName, "imports", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return name;
    }

    /// <summary>A link among what can be imported, to a file beside it that cannot.</summary>
    public void ImportLink(string name)
    {
        var (path, secret) = (Path.Combine(_data.FullName, "imports", name), Path.Combine(_data.FullName, "secret.csv"));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(secret, "a,b\n1,2\n3,4\n");
        if (!File.Exists(path))
        {
            File.CreateSymbolicLink(path, secret);
        }
    }

    /// <summary>A fresh, empty database on the same PostgreSQL.</summary>
    public Task<string> FreshDatabase() => _postgres.CreateDatabaseAsync();

    /// <summary>A user of a tenant, signed in.</summary>
    public async Task<(ApiClient Client, JsonElement Login, string Id)> SignedIn(string tenant, params string[] roles)
    {
        var name = $"{tenant}-{roles[0]}-{Guid.NewGuid():N}";
        using var admin = Client();
        await admin.Post("/api/v1/tenants", new { id = tenant, name = tenant });
        var user = await admin.Post("/api/v1/users",
            new
            {
                username = name, password = "a-good-password", email = $"{name}@example.org", roles, tenant_id = tenant,
                plan = "internal"
            });
        using var anonymous = new ApiClient(new Uri(Address), null);
        var login = (await anonymous.Post("/v1/auth/login", new { username = name, password = "a-good-password" })).Body;
        return (Bearer(login.GetProperty("access_token").GetString()!), login, user.Data.GetProperty("id").GetString()!);
    }

    /// <summary>A client with an access token.</summary>
    public ApiClient Bearer(string token, string? address = null)
    {
        var client = address is null ? new ApiClient(Host, new Uri(Address), null) : new ApiClient(new Uri(address), null);
        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _postgres.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
