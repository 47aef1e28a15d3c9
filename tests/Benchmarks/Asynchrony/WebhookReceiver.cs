using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using EventSourcedAnomaly.Benchmarks.Serving;

namespace EventSourcedAnomaly.Benchmarks.Asynchrony;

/// <summary>Receives webhooks and notes when each session was spoken of for the first time.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    private WebhookReceiver(int port)
    {
        Url = $"http://127.0.0.1:{port}/";
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _serving = Serve();
    }

    public string Url { get; }

    /// <summary>Time stamps by session.</summary>
    public ConcurrentDictionary<string, long> Arrived { get; } = new(StringComparer.Ordinal);

    public static WebhookReceiver Start() => new(ServedProcess.FreePort());

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task Serve()
    {
        try
        {
            while (_listener.IsListening)
            {
                var request = await _listener.GetContextAsync();
                var now = TimeProvider.System.GetTimestamp();
                using var message = await JsonDocument.ParseAsync(request.Request.InputStream);
                if (message.RootElement.GetProperty("data").TryGetProperty("session_id", out var session))
                {
                    Arrived.TryAdd(session.GetString()!, now);
                }

                request.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
