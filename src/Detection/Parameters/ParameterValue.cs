using System.Text.Json;

namespace EventSourcedAnomaly.Detection;

/// <summary>Reads one JSON value as a hyper-parameter. As in Python, <c>1</c> is an integer and <c>1.0</c> a number.</summary>
internal static class ParameterValue
{
    public static object? Read(ParameterInfo parameter, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null when parameter.Kind.HasFlag(ParameterKind.Null) => null,
            JsonValueKind.True or JsonValueKind.False when parameter.Kind.HasFlag(ParameterKind.Boolean) => value.GetBoolean(),
            JsonValueKind.String when parameter.Kind.HasFlag(ParameterKind.Choice) => Word(parameter, value),
            JsonValueKind.Number => Numeric(parameter, value),
            JsonValueKind.Array when parameter.Kind.HasFlag(ParameterKind.IntegerList) =>
                value.EnumerateArray().Select(v => (int)WholeNumber(parameter, v)).ToArray(),
            JsonValueKind.Array when parameter.Kind.HasFlag(ParameterKind.NumberList) =>
                value.EnumerateArray().Select(v => Number(parameter, v)).ToArray(),
            JsonValueKind.Array when parameter.Kind.HasFlag(ParameterKind.TextList) =>
                value.EnumerateArray().Select(v => Word(parameter, v)).ToArray(),
            JsonValueKind.Array when parameter.Kind.HasFlag(ParameterKind.MemberList) => Members(parameter, value),
            _ => throw Refused(parameter, value),
        };

    /// <summary>Plain names stay plain, so that they are stored and shown as they always were.</summary>
    private static object Members(ParameterInfo parameter, JsonElement value)
    {
        var members = value.EnumerateArray().Select((v, i) => EnsembleMember.Read(parameter, $"{parameter.Name}[{i}]", v)).ToArray();
        return value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) ? Array.ConvertAll(members, m => m.Algorithm) : members;
    }

    private static object Numeric(ParameterInfo parameter, JsonElement value)
    {
        var whole = value.TryGetInt32(out _);
        if (whole && parameter.Kind.HasFlag(ParameterKind.Integer)) return (int)WholeNumber(parameter, value);
        return parameter.Kind.HasFlag(ParameterKind.Number) ? Number(parameter, value) : throw Refused(parameter, value);
    }

    private static double Number(ParameterInfo parameter, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            && parameter.Numbers!.Value.Contains(number)
            ? number
            : throw Refused(parameter, value);

    private static long WholeNumber(ParameterInfo parameter, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && parameter.Integers!.Value.Contains(number)
            ? number
            : throw Refused(parameter, value);

    private static string Word(ParameterInfo parameter, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && parameter.Choices.Contains(value.GetString()!, StringComparer.Ordinal)
            ? value.GetString()!
            : throw Refused(parameter, value);

    private static ParameterException Refused(ParameterInfo parameter, JsonElement value) =>
        new(parameter.Name, parameter.Expected, value.GetRawText());
}
