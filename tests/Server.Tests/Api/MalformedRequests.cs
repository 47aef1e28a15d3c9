using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>What may be wrong with a request, made from what the server says of its operations.</summary>
internal static partial class MalformedRequests
{
    /// <summary>Values that fit few fields.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "1e308", "1e999", "99999999999999999999", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"",
        "\"2026-13-45T99:00:00Z\"", "[]", "[null]", "[[]]",
        "[[1,2],[3]]", "[[1,\"a\"]]", "[{}]", "[\"\"]", "{}", "{\"a\":{\"b\":[1]}}", "{\"\":null}",
        $"\"{new string('y', 20_000)}\"", $"[{string.Join(',', Enumerable.Repeat("1e300", 500))}]",
    ];

    /// <summary>Texts that are not the JSON object that was asked for.</summary>
    private static readonly string[] Bodies =
    [
        "", " ", "null", "true", "17", "\"text\"", "[]", "[{}]", "{", "{\"", "{\"a\":1,}", "{'a':1}", "{}}", "\uFEFF{}",
        "{\"a\":NaN}", "{\"a\":1,\"a\":2}", "{\"unknown_field\":1}",
        "{\"data\":{}}", "{\"data\":[]}", "{\"data\":null}",
        $"{new string('[', 500)}{new string(']', 500)}", $"{{\"a\":{new string('[', 200)}{new string(']', 200)}}}",
    ];

    private static readonly string[] Ids =
        ["detector_none", "%2e%2e%2f", "'; drop table mt_events;--", "%F0%9F%92%A5", new string('z', 3000),
            "00000000-0000-0000-0000-000000000000", "-1", "null", "%ff%fe"];

    private static readonly string[] Queries =
        ["-1", "0", "1.5", "99999999999999999999", "abc", "", "%00", "NaN", "true", "2026-99-99", "%27%20or%201=1", "%ff", "[]", "a&{0}=b"];

    /// <summary>Headers with values that nobody sends on purpose.</summary>
    public static IReadOnlyList<(string Name, string Value)> Headers { get; } =
    [
        ("If-Match", "x"), ("If-Match", "\"99999999999999999999\""), ("If-Match", "W/\"-1\""), ("If-None-Match", "\"\",,\""),
        ("Range", "bytes=9-1,x"), ("Content-Encoding", "gzip"),
        ("X-Request-ID", new string('r', 3000)), ("X-Request-ID", "\"'<>"), ("Idempotency-Key", new string('i', 3000)),
        ("Accept", "application/problem+json;q=x"), ("Accept", ";,;"),
        ("Last-Event-ID", "-1"), ("Last-Event-ID", "x"), ("Authorization", "Basic ==="),
        ("Authorization", "Bearer a.b.c"), ("Cookie", "a=\"b"),
    ];

    /// <summary>A place in a path that an id goes into, with its name.</summary>
    [GeneratedRegex(@"\{([^}]+)\}")]
    public static partial Regex Placeholder();

    /// <summary>Every operation that a description names.</summary>
    public static IEnumerable<(string Path, string Method, JsonElement Operation)> Operations(JsonElement root) =>
        root.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject().Select(one => (path.Name, one.Name, one.Value)));

    /// <summary>A value that is right for a field of a name, ids apart; null where nothing is known.</summary>
    public static JsonNode? Right(string field) => field switch
    {
        "name" or "session_name" or "username" => "something",
        "algorithm" => "IsolationForest",
        "data" => JsonNode.Parse("[[1,2],[3,4]]"),
        "parameters" => JsonNode.Parse("{\"n_estimators\":10}"),
        "options" or "validation" or "cross_validation" or "early_stopping" or "preprocessing" => new JsonObject(),
        _ => null,
    };

    /// <summary>Every body with one thing wrong.</summary>
    /// <param name="root">The description of the API.</param>
    /// <param name="operation">The operation's description.</param>
    /// <param name="valid">What is right for a field of a name; null where nothing is known.</param>
    public static IEnumerable<string> BodiesOf(JsonElement root, JsonElement operation, Func<string, JsonNode?> valid)
    {
        if (!operation.TryGetProperty("requestBody", out var request)
            || !request.GetProperty("content").TryGetProperty("application/json", out var json))
        {
            yield break;
        }

        foreach (var body in Bodies)
        {
            yield return body;
        }

        var fields = Fields(root, json.GetProperty("schema")).ToArray();
        var right = new JsonObject(fields.Select(field => KeyValuePair.Create(field, valid(field)))
            .Where(field => field.Value is not null));
        foreach (var field in fields)
        {
            foreach (var value in Values)
            {
                yield return With(right, field, value);
            }
        }

        foreach (var (name, part) in right.Where(part => part.Value is JsonObject).ToArray())
        {
            foreach (var inner in part!.AsObject().Select(each => each.Key).ToArray())
            {
                foreach (var value in Values)
                {
                    yield return With(right, name, With(part.AsObject(), inner, value));
                }
            }
        }
    }

    /// <summary>Addresses of an operation: with ids that name nothing, and with every query parameter at odds.</summary>
    /// <param name="path">The path with its placeholders.</param>
    /// <param name="operation">The operation's description.</param>
    /// <param name="known">The address with ids that exist.</param>
    public static IEnumerable<string> AddressesOf(string path, JsonElement operation, string known)
    {
        if (path.Contains('{'))
        {
            foreach (var id in Ids)
            {
                yield return Placeholder().Replace(path, id);
            }
        }

        foreach (var name in Parameters(operation))
        {
            foreach (var value in Queries)
            {
                yield return $"{known}?{name}={string.Format(System.Globalization.CultureInfo.InvariantCulture, value, name)}";
            }
        }
    }

    private static IEnumerable<string> Parameters(JsonElement operation)
    {
        var named = operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Where(one => one.GetProperty("in").GetString() == "query")
                .Select(one => one.GetProperty("name").GetString()!)
            : [];
        return named.Concat(["limit", "offset", "page", "status", "sort_by", "from", "start_date", "search", "tags"])
            .Distinct(StringComparer.Ordinal);
    }

    // The value is spliced in as text: much of it could not be made as a value.
    private static string With(JsonObject right, string field, string value)
    {
        var text = new StringBuilder("{").Append(JsonSerializer.Serialize(field)).Append(':').Append(value);
        foreach (var (name, kept) in right.Where(one => one.Key != field))
        {
            text.Append(',').Append(JsonSerializer.Serialize(name)).Append(':').Append(kept!.ToJsonString());
        }

        return text.Append('}').ToString();
    }

    /// <summary>The fields of an object by its schema.</summary>
    public static IEnumerable<string> Fields(JsonElement root, JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            return Fields(root, root.GetProperty("components").GetProperty("schemas").GetProperty(name));
        }

        var own = schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().Select(one => one.Name) : [];
        var parts = new[] { "oneOf", "anyOf", "allOf" }.Where(word => schema.TryGetProperty(word, out _))
            .SelectMany(word => schema.GetProperty(word).EnumerateArray());
        return own.Concat(parts.SelectMany(part => Fields(root, part))).Distinct(StringComparer.Ordinal);
    }
}
