using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>What became of an attempt.</summary>
/// <param name="StatusCode">What the address answered; null when it did not.</param>
/// <param name="Milliseconds">How long that took.</param>
/// <param name="Error">What went wrong; null when nothing did.</param>
/// <param name="RetryAfter">How long the address wants to be left alone; null when it does not say.</param>
internal sealed record WebhookAnswer(int? StatusCode, int Milliseconds, string? Error, TimeSpan? RetryAfter)
{
    /// <summary>Whether the message is with its receiver.</summary>
    public bool Success => Error is null;
}

/// <summary>
/// Posts a signed message, by Standard Webhooks 1.0. It follows no redirect, uses no proxy, and reads next to nothing of the answer.
/// </summary>
internal sealed class WebhookPost : IDisposable
{
    private const int MaxOfBody = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly string _agent;

    public WebhookPost(OutwardAddresses addresses, BuildInfo build, TimeProvider time)
    {
        _time = time;
        _agent = $"EventSourcedAnomaly/{build.Release}";
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectCallback = addresses.Connect, ConnectTimeout = Patience,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30), PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 16,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Posts a message.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="body">The body.</param>
    /// <param name="secrets">What it is signed with.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<WebhookAnswer> Send(string url, string id, string body, IReadOnlyList<string> secrets, CancellationToken ct)
    {
        if (secrets.Count == 0)
        {
            return new WebhookAnswer(null, 0, "the secret can no longer be read; give the webhook a new one", null);
        }

        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.TryAddWithoutValidation("User-Agent", _agent);
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", $"{timestamp}");
        request.Headers.TryAddWithoutValidation("webhook-signature", Signature.Of(secrets, id, timestamp, body));
        var started = Stopwatch.GetTimestamp();
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(Patience);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            var took = Elapsed(started);
            await ReadLittle(response, limited.Token);
            return new WebhookAnswer((int)response.StatusCode, took, Judge(response.StatusCode), RetryAfter(response));
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return new WebhookAnswer(null, Elapsed(started), Describe(e), null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // A short answer is read so that its connection can be used again; of a long one the connection is given up.
    private static async Task ReadLittle(HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            var buffer = new byte[MaxOfBody];
            _ = await body.ReadAtLeastAsync(buffer, MaxOfBody, throwOnEndOfStream: false, ct);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return;
        }
    }

    private static string? Judge(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => $"the address answered {(int)status}, and redirects are not followed",
        _ => $"the address answered {(int)status}",
    };

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };

    private static string Describe(Exception e) => e switch
    {
        OperationCanceledException => $"no answer within {Patience.TotalSeconds} s",
        _ when Find<AddressRefusedException>(e) is { } refused => refused.Message,
        _ when Find<SocketException>(e) is { } socket => $"no connection: {socket.SocketErrorCode}",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "no secure connection: the certificate is not valid",
        HttpRequestException http => $"no valid answer: {http.HttpRequestError}",
        _ => "no valid answer",
    };

    private static T? Find<T>(Exception? e)
        where T : Exception
    {
        while (e is not null and not T)
        {
            e = e.InnerException;
        }

        return e as T;
    }

    private static int Elapsed(long started) => (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds;
}
