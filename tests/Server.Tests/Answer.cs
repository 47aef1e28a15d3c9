using System.Net.Http.Headers;
using System.Text.Json;
using Alba;

namespace EventSourcedAnomaly.Server.Tests;

/// <summary>What the server answered.</summary>
public sealed record Answer(int Status, JsonElement Body, HttpResponseHeaders Headers, string ContentType)
{
    /// <summary>The payload within the Platform contract's envelope.</summary>
    public JsonElement Data => Body.TryGetProperty("data", out var data) ? data : throw new InvalidOperationException($"{Status}: {Body}");

    /// <summary>The error, in every contract's shape but the Enterprise contract's.</summary>
    public JsonElement Error => Body.GetProperty("error");

    public static async Task<Answer> Of(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return new Answer((int)response.StatusCode, Parse(text), response.Headers,
                response.Content.Headers.ContentType?.MediaType ?? string.Empty);
        }
    }

    /// <summary>What came of a scenario.</summary>
    public static async Task<Answer> Of(IScenarioResult result)
    {
        var (response, headers) = (result.Context.Response, new HttpResponseMessage().Headers);
        foreach (var (name, values) in response.Headers)
        {
            headers.TryAddWithoutValidation(name, values.ToArray());
        }

        var type = MediaTypeHeaderValue.TryParse(response.ContentType, out var parsed) ? parsed.MediaType : null;
        return new Answer(response.StatusCode, Parse(await result.ReadAsTextAsync()), headers, type ?? string.Empty);
    }

    private static JsonElement Parse(string text) => text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
}
