using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace EventSourcedAnomaly.Benchmarks.Asynchrony;

/// <summary>A training session that is told of its epochs, and its feed of server-sent events.</summary>
internal static class SessionFeed
{
    private const string Sessions = "/api/v1/training/sessions", Epoch = "\"epoch\":";

    /// <summary>A session that somebody else trains.</summary>
    public static async Task<string> NewSession(HttpClient http, CancellationToken ct)
    {
        using var created = await http.PostAsJsonAsync(Sessions, new { trainer = "external" }, ct);
        return (await created.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("session_id").GetString()!;
    }

    /// <summary>Milliseconds from sending an epoch's metrics until they came out of the feed.</summary>
    public static async Task<List<double>> Measure(HttpClient http, int epochs, TimeSpan pause, CancellationToken ct)
    {
        var id = await NewSession(http, ct);
        (await http.PostAsync($"{Sessions}/{id}/start", null, ct)).EnsureSuccessStatusCode();
        var (sent, arrived) = (new long[epochs + 1], new long[epochs + 1]);
        var reading = Task.Run(() => Read(http, id, arrived, ct), ct);
        await Task.Delay(500, ct);
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            sent[epoch] = TimeProvider.System.GetTimestamp();
            (await http.PostAsJsonAsync($"{Sessions}/{id}/metrics", new { epoch, loss = 1.0 / epoch }, ct)).EnsureSuccessStatusCode();
            await Task.Delay(pause, ct);
        }

        (await http.PostAsync($"{Sessions}/{id}/complete", null, ct)).EnsureSuccessStatusCode();
        await reading;
        return [.. Enumerable.Range(1, epochs).Where(epoch => arrived[epoch] != 0)
            .Select(epoch => TimeProvider.System.GetElapsedTime(sent[epoch], arrived[epoch]).TotalMilliseconds)];
    }

    private static async Task Read(HttpClient http, string id, long[] arrived, CancellationToken ct)
    {
        using var response = await http.GetAsync($"/api/v1/sse/training/{id}", HttpCompletionOption.ResponseHeadersRead, ct);
        using var reader = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(ct));
        var metrics = false;
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            var now = TimeProvider.System.GetTimestamp();
            if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                metrics = line.EndsWith("metrics", StringComparison.Ordinal);
            }
            else if (metrics && line.StartsWith("data:", StringComparison.Ordinal))
            {
                arrived[EpochOf(line)] = now;
            }
        }
    }

    private static int EpochOf(string line)
    {
        var from = line.IndexOf(Epoch, StringComparison.Ordinal) + Epoch.Length;
        var length = line.AsSpan(from).IndexOfAny(',', '}');
        return int.Parse(line.AsSpan(from, length), CultureInfo.InvariantCulture);
    }
}
