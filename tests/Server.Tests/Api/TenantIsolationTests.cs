using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>A tenant's administrator asks for another tenant's things, by every operation there is.</summary>
public sealed class TenantIsolationTests(ServerFixture server)
{
    private const string Mark = "known-to-the-first-only";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_tenants_things_are_not_found_not_listed_and_not_changed_by_any_operation()
    {
        using var first = await server.ClientOf("isolated-first");
        using var second = await server.ClientOf("isolated-second");
        var theirs = new Dictionary<string, string>(await OneOfEverything.Make(first, Mark), StringComparer.Ordinal);
        theirs["sequence"] = (await Log(first)).GetProperty("events")[0].GetProperty("seq").GetRawText();
        await Settled(first);
        var before = await Log(first);
        var leaks = new List<string>();

        var root = (await second.Get("/openapi.json")).Body;
        foreach (var (path, method, operation) in MalformedRequests.Operations(root))
        {
            var names = MalformedRequests.Placeholder().Matches(path).Select(match => match.Groups[1].Value).ToArray();
            var address = MalformedRequests.Placeholder()
                .Replace(path, match =>
                    theirs.GetValueOrDefault(match.Groups[1].Value, match.Groups[1].Value == "id" ? "isolated-first" : "csv"));
            var (status, text) = await Submit(second, method, address, BodyOf(root, operation, theirs));
            var asksForTheirs = names.Any(theirs.ContainsKey);
            if (text.Contains(Mark, StringComparison.Ordinal)
                || (asksForTheirs
                    && status is not (HttpStatusCode.NotFound or HttpStatusCode.Forbidden
                        or HttpStatusCode.UpgradeRequired or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity)))
            {
                leaks.Add($"{method} {address}: {(int)status} {text[..Math.Min(200, text.Length)]}");
            }

            if (names.Length == 0 && method == "get" && !path.Contains("ledger", StringComparison.Ordinal)
                && theirs.Values.Any(id => id.Length > 20 && text.Contains(id, StringComparison.Ordinal)))
            {
                leaks.Add($"{method} {address} names what is not its own");
            }
        }

        Assert.True(leaks.Count == 0, string.Join('\n', leaks));
        Assert.Equal(before.GetProperty("events").GetRawText(), (await Log(first)).GetProperty("events").GetRawText());
    }

    private static async Task<JsonElement> Log(ApiClient client) => (await client.Get("/api/v1/audit/events?limit=1000")).Data;

    // The batch and the trail of the training go on for a moment, and the ledger takes a moment to give each event its leaf.
    private static async Task Settled(ApiClient client)
    {
        var head = -1L;
        for (var calm = 0; calm < 5; calm++)
        {
            var events = (await Log(client)).GetProperty("events").EnumerateArray().ToArray();
            calm = events.Length == head && events.All(recorded => recorded.TryGetProperty("leaf", out _)) ? calm : 0;
            head = events.Length;
            await Task.Delay(100, Ct);
        }
    }

    private static async Task<(HttpStatusCode Status, string Text)> Submit(ApiClient client, string method,
        string address, JsonObject? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), address);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        }

        using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? string.Empty : await response.Content.ReadAsStringAsync(Ct));
    }

    // Every field that takes an id gets theirs; the rest is right, so that nothing else is the reason of a refusal.
    private static JsonObject? BodyOf(JsonElement root, JsonElement operation, Dictionary<string, string> theirs)
    {
        if (!operation.TryGetProperty("requestBody", out var request)
            || !request.GetProperty("content").TryGetProperty("application/json", out var json))
        {
            return null;
        }

        var fields = MalformedRequests.Fields(root, json.GetProperty("schema"));
        return new JsonObject(fields
            .Select(field =>
                KeyValuePair.Create(field, theirs.TryGetValue(field, out var id) ? JsonValue.Create(id) : MalformedRequests.Right(field)))
            .Where(field => field.Value is not null));
    }
}
