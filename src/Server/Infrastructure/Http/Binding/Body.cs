using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using EventSourcedAnomaly.Server.Domain;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

/// <summary>Reads a JSON body into a request record, or says which field is wrong and what was expected of it.</summary>
internal static class Body
{
    private const int MaxDepth = 64, MaxDiagnosed = 1 << 20;

    /// <summary>Whether the request came without a body.</summary>
    public static bool IsAbsent(HttpContext http) =>
        http.Request.ContentLength == 0 || http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    /// <summary>Reads the body.</summary>
    /// <exception cref="Problem">It is not JSON (unreadable), or not the request (invalid, with the field named).</exception>
    public static async Task<T> Read<T>(HttpContext http)
        where T : notnull
    {
        if (http.Request.ContentType is { } type && !IsAbsent(http) && !IsJson(type))
        {
            throw new Problem(ProblemKind.UnsupportedMediaType, $"Expected a JSON body, got {type}.", "Content-Type", "application/json");
        }

        return Parse<T>(await ReadBytes(http));
    }

    private static bool IsJson(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads JSON from elsewhere by the same rules.</summary>
    /// <exception cref="Problem">As for a request's body.</exception>
    public static T Parse<T>(byte[] json)
        where T : notnull
    {
        if (!Utf8.IsValid(json))
        {
            throw new Problem(ProblemKind.Unreadable, "The body is not UTF-8.", "body", "a JSON object in UTF-8");
        }

        StorableText.RequireIn(json);
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json.Options) ?? throw Problem.Invalid("body", "an object", "null");
        }
        catch (JsonException e)
        {
            throw Diagnose(json, typeof(T), e);
        }
    }

    private static async Task<byte[]> ReadBytes(HttpContext http)
    {
        var limit = BodySize.LimitOf(http);
        RequireWithin(http.Request.ContentLength ?? 0, limit);
        if (http.Request.ContentLength is { } length)
        {
            var exact = new byte[length];
            await http.Request.Body.ReadExactlyAsync(exact, http.RequestAborted);
            return exact;
        }

        var buffer = new ArrayBufferWriter<byte>();
        int read;
        do
        {
            read = await http.Request.Body.ReadAsync(buffer.GetMemory(4096), http.RequestAborted);
            buffer.Advance(read);
            RequireWithin(buffer.WrittenCount, limit);
        }
        while (read > 0);

        return buffer.WrittenSpan.ToArray();
    }

    private static void RequireWithin(long size, long limit)
    {
        if (size > limit)
        {
            throw new Problem(
                ProblemKind.TooLarge, $"The body is larger than the {BodySize.Spell(limit)} that this path takes.", "body",
                $"at most {BodySize.Spell(limit)}");
        }
    }

    private static Problem Diagnose(byte[] json, Type type, JsonException e)
    {
        if (IsTooDeep(json))
        {
            return new Problem(
                ProblemKind.Unreadable, $"The body is nested more than {MaxDepth} deep.", "body", $"at most {MaxDepth} levels");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException syntax)
        {
            return new Problem(
                ProblemKind.Unreadable, json.Length == 0
                    ? "The body is empty; a JSON object is expected."
                    : $"The body is not JSON (line {syntax.LineNumber + 1}, byte {syntax.BytePositionInLine + 1}).",
                "body", "a JSON object");
        }

        using (document)
        {
            // To look into millions of values one by one costs more than the precise word is worth.
            return (json.Length > MaxDiagnosed ? null : Find(document.RootElement, type, string.Empty))
                ?? Problem.Invalid(e.Path is { Length: > 2 } path ? path[2..] : "body", "a value of the documented type");
        }
    }

    private static bool IsTooDeep(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth > MaxDepth)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // It is no JSON, whatever its depth.
        }

        return false;
    }

    // Looks for what the serializer stumbled over, but in the caller's terms.
    private static Problem? Find(JsonElement element, Type type, string path)
    {
        var info = Json.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        if (info.Kind != JsonTypeInfoKind.Object)
        {
            return FindInValue(element, info, path);
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return Problem.Invalid(Named(path), "an object", Spell(element));
        }

        foreach (var member in element.EnumerateObject())
        {
            var property = info.Properties.FirstOrDefault(property => property.Name == member.Name);
            if (property is null && info.Properties.Any(known => known.IsExtensionData))
            {
                continue;
            }

            if (property is null)
            {
                return new Problem(
                    ProblemKind.Invalid, $"{Join(path, member.Name)}: unknown field.", Join(path, member.Name),
                    $"one of: {string.Join(", ", info.Properties.Select(known => known.Name))}");
            }

            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                if (!property.IsSetNullable && property.IsRequired)
                {
                    return Problem.Invalid(Join(path, member.Name), Describe(property.PropertyType), "null");
                }
            }
            else if (Find(member.Value, property.PropertyType, Join(path, member.Name)) is { } found)
            {
                return found;
            }
        }

        return info.Properties.FirstOrDefault(property => property.IsRequired
            && !element.TryGetProperty(property.Name, out _)) is { } missing
            ? new Problem(ProblemKind.Invalid, $"{Join(path, missing.Name)}: field required.", Join(path, missing.Name),
                Describe(missing.PropertyType))
            : null;
    }

    private static Problem? FindInValue(JsonElement element, JsonTypeInfo info, string path)
    {
        if (info.Kind == JsonTypeInfoKind.Enumerable && info.ElementType is { } elementType)
        {
            if (element.ValueKind != JsonValueKind.Array)
            {
                return Problem.Invalid(Named(path), Describe(info.Type), Spell(element));
            }

            var index = 0;
            foreach (var item in element.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Null && Nullable.GetUnderlyingType(elementType) is null && elementType.IsValueType)
                {
                    return Problem.Invalid($"{path}[{index}]", Describe(elementType), "null");
                }

                if (item.ValueKind != JsonValueKind.Null && Find(item, elementType, $"{path}[{index}]") is { } found)
                {
                    return found;
                }

                index++;
            }

            return null;
        }

        try
        {
            element.Deserialize(info);
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return Problem.Invalid(Named(path), Describe(info.Type), Spell(element));
        }
    }

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => "a string",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(int) || type == typeof(long) => "a whole number",
            _ when type == typeof(double) || type == typeof(decimal) => "a number",
            _ when type == typeof(Cell) => "a number, a text, true, false or null",
            _ when type == typeof(JsonElement) => "a value",
            _ when type == typeof(DateTimeOffset) => "a time in ISO 8601, such as 2024-01-01T00:00:00Z",
            { IsEnum: true } => $"one of: {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}",
            { IsArray: true } => $"an array, each element {Describe(type.GetElementType()!)}",
            { IsGenericType: true } when type.GetGenericArguments() is [var item] => $"an array, each element {Describe(item)}",
            _ => "an object",
        };
    }

    private static string Named(string path) => path.Length == 0 ? "body" : path;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Spell(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => element.GetRawText(),
    };
}
