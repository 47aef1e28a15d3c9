using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>Turns a YAML document into JSON by YAML 1.2's core schema, so that it is read by the same rules as a request.</summary>
internal static partial class YamlText
{
    // An alias costs nothing to write and everything to expand.
    private const int MaxNodes = 10_000;
    private const int Deepest = 30;

    /// <summary>The stream and the document.</summary>
    private const int EnclosingEvents = 2;

    /// <summary>The first document's bytes as JSON.</summary>
    /// <exception cref="InvalidDataException">It is not YAML, or too large.</exception>
    public static byte[] ToJson(string yaml)
    {
        try
        {
            RequireShallow(yaml);
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            var left = MaxNodes;
            var root = stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode, Deepest, ref left);
            return JsonSerializer.SerializeToUtf8Bytes(root);
        }
        catch (YamlException e)
        {
            throw new InvalidDataException(
                $"it is not YAML (line {e.Start.Line}, column {e.Start.Column}): {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    // The events come one by one, whereas what makes nodes of them calls itself for each level and would use up the stack.
    private static void RequireShallow(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        for (var (depth, nodes) = (0, 0); parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > Deepest + EnclosingEvents || ++nodes > 2 * MaxNodes)
            {
                throw TooLarge();
            }
        }
    }

    private static InvalidDataException TooLarge() =>
        new($"it has more than {MaxNodes} values or is nested deeper than {Deepest}");

    private static JsonNode? Convert(YamlNode node, int depth, ref int left)
    {
        if (depth == 0 || --left < 0)
        {
            throw TooLarge();
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var members = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    members[key is YamlScalarNode { Value: { } name }
                        ? name : throw new InvalidDataException($"line {key.Start.Line}: a key is a plain text")] =
                        Convert(value, depth - 1, ref left);
                }

                return members;
            case YamlSequenceNode sequence:
                var items = new JsonArray();
                foreach (var item in sequence.Children)
                {
                    items.Add(Convert(item, depth - 1, ref left));
                }

                return items;
            case YamlScalarNode scalar:
                return Scalar(scalar);
            default:
                throw new InvalidDataException($"line {node.Start.Line}: a value is expected");
        }
    }

    private static JsonNode? Scalar(YamlScalarNode scalar) => (scalar.Style, scalar.Value) switch
    {
        (not ScalarStyle.Plain, var text) => JsonValue.Create(text),
        (_, null or "" or "~" or "null" or "Null" or "NULL") => null,
        (_, "true" or "True" or "TRUE") => JsonValue.Create(true),
        (_, "false" or "False" or "FALSE") => JsonValue.Create(false),
        (_, var text) when Whole().IsMatch(text)
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        (_, var text) when Number().IsMatch(text) && double.TryParse(text, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) => JsonValue.Create(number),
        (_, var text) => JsonValue.Create(text),
    };

    [GeneratedRegex(@"^[-+]?[0-9]+\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Number();
}
