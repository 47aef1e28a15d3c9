using System.Net;
using System.Text.Json;

namespace EventSourcedAnomaly.Cli.Remote;

/// <summary>One message of a session's feed.</summary>
/// <param name="Id">Its place in the server's log.</param>
/// <param name="Name">What it is, such as <c>metrics</c>, <c>status</c> or <c>completed</c>.</param>
/// <param name="Data">What it says.</param>
internal sealed record SessionMessage(string Id, string Name, JsonElement Data)
{
    /// <summary>The session's state, where the message tells it.</summary>
    public string? Status => Data.TryGetProperty("status", out var status) ? status.GetString() : null;
}

/// <summary>Follows a session by Server-Sent Events (WHATWG HTML, 9.2); a line that breaks is picked up after the last message.</summary>
internal sealed class SessionFeed(RemoteServer server, TimeProvider time)
{
    // The server says something every 15 seconds; a line that is silent for longer than this is dead.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReconnectTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(15);

    /// <summary>Follows until the session completes, fails or is stopped.</summary>
    /// <param name="session">The session.</param>
    /// <param name="see">Is shown each message once.</param>
    /// <param name="ct">Stops following.</param>
    /// <exception cref="ServerException">The server refuses, or could not be reached for five minutes.</exception>
    public async Task Follow(string session, Action<SessionMessage> see, CancellationToken ct)
    {
        var (last, shown) = ((string?)null, (string?)null);
        var seen = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var response = await Open(session, last, ct);
                (seen, var isOver) = (time.GetTimestamp(), response.StatusCode == HttpStatusCode.NoContent);
                if (isOver) return;
                await foreach (var message in Read(response, ct))
                {
                    (seen, attempt) = (time.GetTimestamp(), 0);
                    if (shown != message.Id) see(message);
                    shown = message.Id;
                    if (await Ends(session, message, ct)) return;
                    // Only now: where asking for the state broke off, the message comes again.
                    last = message.Id;
                    isOver |= message.Name == "completed";
                }

                if (isOver) return;
            }
            catch (Exception e) when (IsPassing(e, ct) && time.GetElapsedTime(seen) < ReconnectTimeout)
            {
                // Picked up below.
            }

            await Task.Delay(TimeSpan.FromSeconds(Math.Min(MaxPause.TotalSeconds, 0.25 * Math.Pow(2, attempt))), time, ct);
        }
    }

    private async Task<HttpResponseMessage> Open(string session, string? last, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"sse/training/{Uri.EscapeDataString(session)}");
        request.Headers.Add("Accept", "text/event-stream");
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        return await server.Open(request, ct);
    }

    // A stop or a failure of long ago may be over: the session was resumed since, and more messages follow.
    private async Task<bool> Ends(string session, SessionMessage message, CancellationToken ct) =>
        message.Status is "failed" or "stopped"
            && SessionStatus.Of(await server.Get($"training/sessions/{Uri.EscapeDataString(session)}", ct)).Status == message.Status;

    private static bool IsPassing(Exception e, CancellationToken ct) =>
        !ct.IsCancellationRequested
            && e is ServerException { IsPassing: true } or IOException or HttpRequestException or OperationCanceledException;

    private static async IAsyncEnumerable<SessionMessage> Read(HttpResponseMessage response,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
        var (id, name, data) = (string.Empty, string.Empty, string.Empty);
        silent.CancelAfter(Silence);
        while (await reader.ReadLineAsync(silent.Token) is { } line)
        {
            silent.CancelAfter(Silence);
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = colon < 0 ? string.Empty : line[(colon + 1)..].TrimStart(' ');
            switch (colon < 0 ? line : line[..colon])
            {
                case "" when colon < 0:
                    if (data.Length > 0) yield return new SessionMessage(id, name, JsonSerializer.Deserialize<JsonElement>(data));
                    (name, data) = (string.Empty, string.Empty);
                    break;
                case "id":
                    id = value;
                    break;
                case "event":
                    name = value;
                    break;
                case "data":
                    data = data.Length == 0 ? value : $"{data}\n{value}";
                    break;
            }
        }
    }
}
