using System.Text.Json;

namespace EventSourcedAnomaly.Server.Tests.OpenApi;

/// <summary>Holds a value to a JSON Schema, in the part of it that the API's description uses.</summary>
internal sealed class SchemaCheck(JsonElement document)
{
    /// <summary>What is wrong with a value, by path; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults(JsonElement value, JsonElement schema, string path = "$")
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Faults(value, document.GetProperty("components")
                .GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), path);
        }

        foreach (var choice in new[] { "oneOf", "anyOf" })
        {
            if (schema.TryGetProperty(choice, out var forms))
            {
                return forms.EnumerateArray().Any(form => Faults(value, form, path).Count == 0) ? [] : [$"{path}: none of the forms"];
            }
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Contains(TypeOf(value))
            && !(TypeOf(value) == "integer" && Types(type).Contains("number")))
        {
            return [$"{path}: {TypeOf(value)} instead of {type}"];
        }

        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
        {
            return [$"{path}: {value} is none of {words}"];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => [.. Members(value, schema, path)],
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                [.. value.EnumerateArray().SelectMany((item, i) => Faults(item, items, $"{path}[{i}]"))],
            _ => [],
        };
    }

    private IEnumerable<string> Members(JsonElement value, JsonElement schema, string path)
    {
        var known = schema.TryGetProperty("properties", out var properties) ? properties : default;
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)))
            {
                yield return $"{path}.{name}: missing";
            }
        }

        var closed = schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.False;
        foreach (var member in value.EnumerateObject())
        {
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out var described))
            {
                foreach (var fault in Faults(member.Value, described, $"{path}.{member.Name}"))
                {
                    yield return fault;
                }
            }
            else if (closed)
            {
                yield return $"{path}.{member.Name}: not described";
            }
        }
    }

    private static string[] Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)] : [type.GetString()!];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText().AsSpan().ContainsAny(".eE") ? "number" : "integer",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => value.ValueKind.ToString().ToLowerInvariant(),
    };
}
