using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>
/// Thousands of malformed requests to every operation there is: each is refused as the contract of its path says, none ends in an error of
/// the server.
/// </summary>
public sealed partial class MalformedRequestTests(ServerFixture server)
{
    private readonly List<string> _complaints = [];
    private IReadOnlyDictionary<string, string> _ids = new Dictionary<string, string>(StringComparer.Ordinal);
    private int _sent;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_malformed_request_ends_in_an_error_of_the_server_or_tells_about_its_inside()
    {
        using var api = await server.ClientOf("malformed");
        _ids = await OneOfEverything.Make(api, "malformed");
        var root = (await api.Get("/openapi.json")).Body;
        foreach (var (path, method, operation) in MalformedRequests.Operations(root).OrderBy(one => one.Method == "delete"))
        {
            var address = MalformedRequests.Placeholder()
                .Replace(path, match => _ids.GetValueOrDefault(match.Groups[1].Value, "nothing_here"));
            if (method != "delete")
            {
                foreach (var body in MalformedRequests.BodiesOf(root, operation, Valid))
                {
                    await Send(api, method, address, body);
                }

                await Send(api, method, address, "a=b", "application/x-www-form-urlencoded");
                await Send(api, method, address, "--x\r\n", "multipart/form-data; boundary=x");
                await Send(api, method, address, "<a/>", "text/xml; charset=utf-7");
            }

            foreach (var (name, value) in MalformedRequests.Headers)
            {
                await Send(api, method == "delete" ? "get" : method, address, method is "get" or "delete"
                    ? null : "{}", header: (name, value));
            }

            foreach (var odd in MalformedRequests.AddressesOf(path, operation, address))
            {
                await Send(api, method, odd, method is "get" or "delete" ? null : "{}");
            }
        }

        Assert.True(_sent > 5000, $"{_sent} requests");
        Assert.True(_complaints.Count == 0, $"{_complaints.Count} of {_sent}:\n{string.Join('\n', _complaints.Take(60))}");
    }

    private async Task Send(ApiClient api, string method, string address, string? body, string type = "application/json",
        (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), address);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (header is { } odd && !request.Headers.TryAddWithoutValidation(odd.Name, odd.Value))
        {
            request.Content?.Headers.TryAddWithoutValidation(odd.Name, odd.Value);
        }

        _sent++;
        using var response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        var status = (int)response.StatusCode;
        var text = response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? string.Empty : await response.Content.ReadAsStringAsync(Ct);
        var what = string.Create(CultureInfo.InvariantCulture,
            $"{method} {Short(address)} {header?.Name} {Short(body)} -> {status} {Short(text, 300)}");
        if (status >= 500 || (text.StartsWith('{') && Inside().IsMatch(text)))
        {
            _complaints.Add(what);
        }
        else if (status >= 400 && (!TryParse(text, out var answer) || !Explains(answer)))
        {
            _complaints.Add($"unexplained: {what}");
        }
    }

    private static bool TryParse(string text, out JsonElement answer)
    {
        try
        {
            answer = JsonSerializer.Deserialize<JsonElement>(text);
            return true;
        }
        catch (JsonException)
        {
            answer = default;
            return false;
        }
    }

    private static bool Explains(JsonElement answer) => answer.ValueKind == JsonValueKind.Object
        && ((answer.TryGetProperty("error", out var error) && error.GetProperty("message").GetString() is { Length: > 0 }
            && error.GetProperty("code").GetString() is { Length: > 0 })
            || (answer.TryGetProperty("title", out _) && answer.TryGetProperty("status", out _)));

    private static string Short(string? text, int length = 160) => text is null ? string.Empty : text.Length > length
        ? $"{text[..length]}…({text.Length})" : text;

    private JsonNode? Valid(string field) => _ids.TryGetValue(field, out var id) ? JsonValue.Create(id) : MalformedRequests.Right(field);

    [GeneratedRegex(@"Npgsql|Exception|   at |\.cs:|NullReference|System\.|stack", RegexOptions.IgnoreCase)]
    private static partial Regex Inside();
}
