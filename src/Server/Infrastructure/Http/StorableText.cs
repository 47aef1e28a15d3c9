using System.Buffers;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>
/// Text that the log can hold: Unicode without U+0000, which PostgreSQL has no place for, and without halves of surrogate pairs.
/// </summary>
internal static class StorableText
{
    private const string Expected = "Unicode text without the character U+0000 and without unpaired surrogates";

    /// <summary>Refuses a text that cannot be stored.</summary>
    /// <param name="field">Where it stands.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="Problem">It cannot be stored; the field is named.</exception>
    public static string Require(string field, string text) => IsStorable(text) ? text : throw Problem.Invalid(field, Expected);

    /// <summary>Refuses JSON with such a text anywhere in it.</summary>
    /// <param name="json">Well-formed or not: what is not JSON is somebody else's to refuse.</param>
    /// <exception cref="Problem">A text cannot be stored; the field is named.</exception>
    public static void RequireIn(ReadOnlySpan<byte> json)
    {
        // Only an escape can spell such a character, and few bodies have one.
        if (json.IndexOf("\\u0000"u8) < 0 && json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
        {
            return;
        }

        try
        {
            Walk(new Utf8JsonReader(json));
        }
        catch (JsonException)
        {
            return;
        }
    }

    private static void Walk(Utf8JsonReader reader)
    {
        var path = new Stack<string>();
        var name = string.Empty;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = Text(ref reader, path, "a name");
                    break;
                case JsonTokenType.String:
                    Text(ref reader, path, name);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    path.Push(name);
                    name = string.Empty;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    name = path.Pop();
                    break;
                default:
                    break;
            }
        }
    }

    private static string Text(ref Utf8JsonReader reader, Stack<string> path, string name)
    {
        var field = string.Join('.', path.Reverse().Append(name).Where(part => part.Length > 0)) is { Length: > 0 } named ? named : "body";
        try
        {
            return Require(field, reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            throw Problem.Invalid(field, Expected);
        }
    }

    private static bool IsStorable(string text)
    {
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != OperationStatus.Done || rune.Value == 0)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
