using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>One message of a feed.</summary>
/// <param name="Sequence">The sequence number of the event behind it; a reader resumes after it.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Data">What it says.</param>
internal sealed record FeedItem(long Sequence, string Name, object Data);

/// <summary>Writes Server-Sent Events (WHATWG HTML, 9.2), with a comment every so often that keeps proxies from closing the line.</summary>
internal static class EventStream
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>After which sequence number the reader wants to go on; 0 for all.</summary>
    public static long LastEventId(HttpContext http)
    {
        var given = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : http.Text("last_event_id");
        return long.TryParse(given, out var sequence) && sequence > 0 ? sequence : 0;
    }

    /// <summary>Writes messages until they end or the reader leaves.</summary>
    public static async Task Write(HttpContext http, IAsyncEnumerable<FeedItem> items)
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(http.RequestAborted);
        await response.Body.FlushAsync(http.RequestAborted);
        try
        {
            await Pump(http, items);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
    }

    private static async Task Pump(HttpContext http, IAsyncEnumerable<FeedItem> items)
    {
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        await using var reader = items.GetAsyncEnumerator(http.RequestAborted);
        var next = reader.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(KeepAlive, time, http.RequestAborted)) != next)
                {
                    http.RequestAborted.ThrowIfCancellationRequested();
                    await Send(http, ": keep-alive\n\n");
                    continue;
                }

                if (!await next)
                {
                    return;
                }

                var item = reader.Current;
                await Send(http, $"id: {item.Sequence}\nevent: {item.Name}\ndata: "
                    + $"{JsonSerializer.Serialize(item.Data, item.Data.GetType(), Json.Options)}\n\n");
                next = reader.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // A reader that leaves does so while the next message is waited for, and what is waited for cannot be disposed of.
            if (!next.IsCompleted)
            {
                http.Abort();
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task Send(HttpContext http, string text)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
