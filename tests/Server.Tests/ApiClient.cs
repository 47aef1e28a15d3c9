using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Alba;

namespace EventSourcedAnomaly.Server.Tests;

/// <summary>Talks to the server as a client does: by Alba's scenarios, and over a real connection what they do not carry, such as uploads
/// and streams.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly IAlbaHost? _host;

    /// <summary>A client of a server that listens at an address.</summary>
    public ApiClient(Uri address, string? key)
    {
        _http = new HttpClient { BaseAddress = address };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add("X-API-Key", key);
        }
    }

    /// <summary>A client of the server that runs in this process, and listens at an address as well.</summary>
    public ApiClient(IAlbaHost host, Uri address, string? key)
        : this(address, key) => _host = host;

    /// <summary>The real connection.</summary>
    public HttpClient Http => _http;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Task<Answer> Get(string path) => Send(HttpMethod.Get, path, null);

    public Task<Answer> Post(string path, object? body) => Send(HttpMethod.Post, path, Content(body));

    public Task<Answer> Put(string path, object body, string? ifMatch = null) => Send(HttpMethod.Put, path, Content(body), ifMatch);

    public Task<Answer> Delete(string path) => Send(HttpMethod.Delete, path, null);

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
        (await Post("/api/v1/detectors",
            new { name = "Test", algorithm = "IsolationForest", parameters = parameters ?? new { random_state = 42 } }))
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

    private async Task<Answer> Send(HttpMethod method, string path, HttpContent? content, string? ifMatch = null)
    {
        var answer = await Exchange(method, path, content, ifMatch);
        if (answer.Status == 500 && _host is not null)
        {
            ErrorLog.Tell(_host);
        }

        return answer;
    }

    private async Task<Answer> Exchange(HttpMethod method, string path, HttpContent? content, string? ifMatch)
    {
        // A scenario takes paths as they are after decoding, and a query only where there is no body.
        if (_host is null || path.AsSpan().IndexOfAny('%', '+') >= 0
            || (content is not null && path.Contains('?', StringComparison.Ordinal)))
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }

            return await Answer.Of(await _http.SendAsync(request, Ct));
        }

        var body = content is null ? null : await content.ReadAsByteArrayAsync(Ct);
        return await Answer.Of(await _host.Scenario(scenario =>
        {
            scenario.IgnoreStatusCode();
            foreach (var (name, values) in _http.DefaultRequestHeaders)
            {
                scenario.WithRequestHeader(name, string.Join(", ", values));
            }

            if (ifMatch is not null)
            {
                scenario.WithRequestHeader("If-Match", ifMatch);
            }

            var verb = method.Method switch { "GET" => scenario.Get, "POST" => scenario.Post, "PUT" => scenario.Put, _ => scenario.Delete };
            if (body is null)
            {
                verb.Url(path);
                scenario.WithRequestHeader("Content-Length", "0");
            }
            else
            {
                verb.ByteArray(body).ToUrl(path).ContentType(content!.Headers.ContentType!.ToString());
            }
        }));
    }

    private static HttpContent? Content(object? body) => body switch
    {
        null => null,
        string text => new StringContent(text, Encoding.UTF8, "application/json"),
        _ => JsonContent.Create(body),
    };
}
