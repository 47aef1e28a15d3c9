using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Tests;
using EventSourcedAnomaly.Tests.Shared;

[assembly: AssemblyFixture(typeof(ServerFixture))]

namespace EventSourcedAnomaly.Server.Tests;

/// <summary>The product, served on a real port from a real PostgreSQL, for all tests of the assembly.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public const string AdminKey = "bootstrap-key-of-the-tests";
    private readonly PostgresFixture _postgres = new();
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("esa-server-tests-");
    private ServerHost? _server;

    public const string AdminPassword = "password-of-the-tests";

    /// <summary>The connection string of the server's database.</summary>
    public string Database { get; private set; } = string.Empty;

    /// <summary>The parts of the server.</summary>
    public IServiceProvider Services => _server!.Services;

    public string Address => _server!.Address;

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        Database = await _postgres.CreateDatabaseAsync();
        _server = await Start(Database, _data.FullName);
    }

    private static Task<ServerHost> Start(string database, string dataDirectory) => ServerHost.Start(
        new Dictionary<string, string?>
        {
            ["ESA_ADMIN_PASSWORD"] = AdminPassword, ["ESA_ANONYMOUS_PER_HOUR"] = "1000000",
            ["PORT"] = "0", ["ESA_DATA_DIR"] = dataDirectory, ["ConnectionStrings:Postgres"] = database, ["ESA_BOOTSTRAP_API_KEY"] = AdminKey, ["ESA_DEMO"] = "false",
            ["ESA_WEBHOOK_ALLOW"] = "127.0.0.1", ["ESA_WEBHOOK_RETRY_SECONDS"] = "0.2,0.2,0.2",
        },
        TestContext.Current.CancellationToken);

    public ApiClient Client(string key = AdminKey) => new(new Uri(Address), key);

    /// <summary>A client whose tenant is its own, so that what it counts is what it did.</summary>
    public async Task<ApiClient> ClientOf(string tenant)
    {
        using var admin = Client();
        await admin.Post("/api/v1/tenants", new { id = tenant, name = tenant });
        var issued = await admin.Post("/v1/auth/api-keys", new { name = tenant, tenant_id = tenant, roles = new[] { "admin" }, plan = "internal" });
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
        var user = await admin.Post("/api/v1/users", new { username = name, password = "a-good-password", email = $"{name}@example.org", roles, tenant_id = tenant, plan = "internal" });
        using var anonymous = new ApiClient(new Uri(Address), null);
        var login = (await anonymous.Post("/v1/auth/login", new { username = name, password = "a-good-password" })).Body;
        return (Bearer(login.GetProperty("access_token").GetString()!), login, user.Data.GetProperty("id").GetString()!);
    }

    /// <summary>A client with an access token.</summary>
    public ApiClient Bearer(string token, string? address = null)
    {
        var client = new ApiClient(new Uri(address ?? Address), null);
        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await _postgres.DisposeAsync();
        _data.Delete(recursive: true);
    }
}

/// <summary>Talks to the server as a client does.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(Uri address, string? key)
    {
        _http = new HttpClient { BaseAddress = address };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add("X-API-Key", key);
        }
    }

    public HttpClient Http => _http;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task<Answer> Get(string path) => await Answer.Of(await _http.GetAsync(path, Ct));

    public async Task<Answer> Post(string path, object? body) => await Answer.Of(await _http.PostAsync(path, Content(body), Ct));

    public async Task<Answer> Put(string path, object body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = Content(body) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await Answer.Of(await _http.SendAsync(request, Ct));
    }

    public async Task<Answer> Delete(string path) => await Answer.Of(await _http.DeleteAsync(path, Ct));

    public async Task<Answer> Upload(string path, byte[] file, string fileName = "data.csv", params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "file", fileName } };
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        return await Answer.Of(await _http.PostAsync(path, form, Ct));
    }

    /// <summary>A data set, verified.</summary>
    public async Task<string> Dataset(string csv)
    {
        var id = (await Upload("/api/v1/datasets", Encoding.UTF8.GetBytes(csv))).Data.GetProperty("dataset_id").GetString()!;
        while ((await Get($"/api/v1/datasets/{id}")).Data.GetProperty("status").GetString() == "processing")
        {
            await Task.Delay(20, Ct);
        }

        return id;
    }

    /// <summary>A detector.</summary>
    public async Task<string> Detector(object? parameters = null) =>
        (await Post("/api/v1/detectors", new { name = "Test", algorithm = "IsolationForest", parameters = parameters ?? new { random_state = 42 } }))
        .Data.GetProperty("detector_id").GetString()!;

    /// <summary>A training, followed to its end.</summary>
    public async Task<JsonElement> Train(string detector, string dataset, object? body = null)
    {
        var started = await Post($"/api/v1/detectors/{detector}/train", body ?? new { dataset_id = dataset });
        var id = started.Data.GetProperty("training_id").GetString();
        while (true)
        {
            var status = (await Get($"/api/v1/training/{id}/status")).Data;
            if (status.GetProperty("status").GetString() is "completed" or "failed" or "cancelled")
            {
                return status;
            }

            await Task.Delay(20, Ct);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpContent? Content(object? body) => body switch
    {
        null => null,
        string text => new StringContent(text, Encoding.UTF8, "application/json"),
        _ => JsonContent.Create(body),
    };
}

/// <summary>What the server answered.</summary>
public sealed record Answer(int Status, JsonElement Body, HttpResponseHeaders Headers, string ContentType)
{
    /// <summary>The payload within document 000's envelope.</summary>
    public JsonElement Data => Body.TryGetProperty("data", out var data) ? data : throw new InvalidOperationException($"{Status}: {Body}");

    /// <summary>The error of documents 000, 002, 003 and 004.</summary>
    public JsonElement Error => Body.GetProperty("error");

    public static async Task<Answer> Of(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return new Answer(
                (int)response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text), response.Headers,
                response.Content.Headers.ContentType?.MediaType ?? string.Empty);
        }
    }
}
