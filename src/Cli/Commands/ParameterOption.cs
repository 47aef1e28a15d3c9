using System.CommandLine;
using System.Text.Json;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary><c>--param name=value</c>, shared by the commands that make a detector.</summary>
internal sealed class ParameterOption
{
    public Option<string[]> Option { get; } = new("--param")
    {
        Description = "Hyper-parameter as name=value; may be given several times.",
    };

    public IReadOnlyDictionary<string, JsonElement> Values(ParseResult arguments)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var pair in arguments.GetValue(Option) ?? [])
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0) throw new ParameterException("--param", "name=value", $"'{pair}'");
            parameters[pair[..at]] = Value(pair[(at + 1)..]);
        }
        return parameters;
    }

    /// <summary>JSON as it stands, anything else as a word, so that words need no quotes in the shell.</summary>
    private static JsonElement Value(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return JsonDocument.Parse('"' + JsonEncodedText.Encode(text).ToString() + '"').RootElement;
        }
    }
}
