using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace EventSourcedAnomaly.Cli.Tests;

/// <summary>A tiny server that answers what a test tells it to, and keeps what it was asked.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(int Status, string Body)>> _answers = new();
    private readonly Task _serving;

    public FeedServer()
    {
        (_listener, Address) = Listen();
        _serving = Serve();
    }

    public string Address { get; }

    /// <summary>Each request: method, path and query, key, last event id, body.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What the next request of a path is answered; the last answer stays.</summary>
    public FeedServer Answers(string path, string body, int status = 200)
    {
        _answers.GetOrAdd(path, _ => new()).Enqueue((status, body));
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    /// <summary>
    /// On a port that another test may have found too: then on the next. A listener that could not start is of no more use.
    /// </summary>
    private static (HttpListener Listener, string Address) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            var address = $"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}";
            var listener = new HttpListener { Prefixes = { $"{address}/" } };
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                listener.Close();
            }
        }
    }

    private async Task Serve()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream);
            var (request, asked) = (context.Request, await reader.ReadToEndAsync());
            string?[] words = [request.HttpMethod, request.RawUrl, request.Headers["X-API-Key"], request.Headers["Last-Event-ID"], asked];
            Asked.Enqueue(string.Join(' ', words).TrimEnd());
            var (status, body) = Next(request.Url!.AbsolutePath);
            context.Response.StatusCode = status;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
    }

    private (int Status, string Body) Next(string path) =>
        !_answers.TryGetValue(path["/api/v1/".Length..], out var queue)
            ? (404, """{"error":{"code":"NOT_FOUND","message":"No such thing."}}""")
        : queue.Count > 1 && queue.TryDequeue(out var first) ? first
        : queue.TryPeek(out var last) ? last : (404, "{}");
}
