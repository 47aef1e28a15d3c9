using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace EventSourcedAnomaly.Cli.Remote;

/// <summary>A server refused, failed or could not be reached.</summary>
/// <param name="message">What it said.</param>
/// <param name="isPassing">Whether it may do later what it does not do now.</param>
internal sealed class ServerException(string message, bool isPassing) : Exception(message)
{
    public bool IsPassing { get; } = isPassing;
}

/// <summary>The training API of a running server. Redirects are not followed, so the key stays with the server that it is for.</summary>
internal sealed class RemoteServer : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http;

    /// <param name="address">Where it is; <c>/api/v1</c> behind it is allowed.</param>
    /// <param name="key">The API key, or null.</param>
    /// <exception cref="ArgumentException">It is no http or https address.</exception>
    public RemoteServer(string address, string? key)
    {
        var trimmed = address.TrimEnd('/');
        var root = trimmed.EndsWith("/api/v1", StringComparison.Ordinal) ? trimmed : trimmed + "/api/v1";
        if (!Uri.TryCreate(root + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new ArgumentException($"--server: expected an http or https address, got '{address}'");
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = RequestTimeout })
        { BaseAddress = uri, Timeout = Timeout.InfiniteTimeSpan };
        if (!string.IsNullOrEmpty(key)) _http.DefaultRequestHeaders.Add("X-API-Key", key);
    }

    /// <summary>Reads.</summary>
    public Task<JsonElement> Get(string path, CancellationToken ct) => Call(new HttpRequestMessage(HttpMethod.Get, path), ct);

    /// <summary>Has something done.</summary>
    public Task<JsonElement> Post(string path, object? body, CancellationToken ct) =>
        Call(new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) }, ct);

    /// <summary>Opens an answer that is read as it comes.</summary>
    /// <exception cref="ServerException">There is none.</exception>
    public async Task<HttpResponseMessage> Open(HttpRequestMessage request, CancellationToken ct)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        late.CancelAfter(RequestTimeout);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ServerException($"{_http.BaseAddress!.Authority} did not answer within {RequestTimeout.TotalSeconds} s",
                isPassing: true);
        }
        catch (HttpRequestException e)
        {
            throw new ServerException(
                $"no server answers at {_http.BaseAddress!.GetLeftPart(UriPartial.Authority)}: {e.InnerException?.Message ?? e.Message}",
                isPassing: true);
        }

        return response.IsSuccessStatusCode ? response : throw await Refusal(response, ct);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> Call(HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            using var response = await Open(request, ct);
            return await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        }
    }

    private static async Task<ServerException> Refusal(HttpResponseMessage response, CancellationToken ct)
    {
        using (response)
        {
            var isPassing = response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
            var text = await response.Content.ReadAsStringAsync(ct);
            return new ServerException(MessageOf(text) ?? $"the server answered {(int)response.StatusCode}", isPassing);
        }
    }

    private static string? MessageOf(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.GetProperty("error").GetProperty("message").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
