using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedAnomaly.Server.Domain;

/// <summary>One cell of a row in a request: a number, a text, true or false (which count as 1 and 0), or null for a missing one.</summary>
/// <param name="Number">The number; NaN where the cell is missing or a text.</param>
/// <param name="Text">The text, if it is one.</param>
[JsonConverter(typeof(Converter))]
internal readonly record struct Cell(double Number, string? Text)
{
    /// <summary>A cell without a value.</summary>
    public static Cell Missing { get; } = new(double.NaN, null);

    /// <summary>Whether there is no value.</summary>
    public bool IsMissing => Text is null && double.IsNaN(Number);

    /// <inheritdoc/>
    public override string ToString() => Text is null ? $"{Number}" : $"\"{Text}\"";

    private sealed class Converter : JsonConverter<Cell>
    {
        public override bool HandleNull => true;

        public override Cell Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.Number => new Cell(reader.GetDouble(), null),
            JsonTokenType.Null => Missing,
            JsonTokenType.True => new Cell(1, null),
            JsonTokenType.False => new Cell(0, null),
            JsonTokenType.String => new Cell(double.NaN, reader.GetString()),
            _ => throw new JsonException("A cell is a number, a text, true, false or null."),
        };

        public override void Write(Utf8JsonWriter writer, Cell value, JsonSerializerOptions options)
        {
            if (value.Text is { } text)
            {
                writer.WriteStringValue(text);
            }
            else if (value.IsMissing)
            {
                writer.WriteNullValue();
            }
            else
            {
                writer.WriteNumberValue(value.Number);
            }
        }
    }
}
