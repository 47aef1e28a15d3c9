using System.Text.Json;

namespace EventSourcedAnomaly.Detection;

/// <summary>A member of an ensemble.</summary>
/// <param name="Algorithm">Its canonical name.</param>
/// <param name="Hyperparameters">Its hyper-parameters that differ from their defaults.</param>
/// <param name="Weight">Its weight in the average, 0 or more.</param>
public sealed record EnsembleMember(string Algorithm, IReadOnlyDictionary<string, JsonElement> Hyperparameters, double Weight)
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Defaults = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    public static EnsembleMember Of(string algorithm) => new(algorithm, Defaults, 1);

    /// <summary>The member as one line of JSON, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => JsonSerializer.Serialize(
        new { algorithm = Algorithm, hyperparameters = Hyperparameters, weight = Weight });

    internal static EnsembleMember Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var member = document.RootElement;
        return new EnsembleMember(
            member.GetProperty("algorithm").GetString()!, Owned(member.GetProperty("hyperparameters")),
            member.GetProperty("weight").GetDouble());
    }

    /// <summary>A name or an alias, or an object with <c>algorithm</c> and perhaps <c>hyperparameters</c> and <c>weight</c>.</summary>
    internal static EnsembleMember Read(ParameterInfo parameter, string place, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) return Of(Named(parameter, place, value));
        if (value.ValueKind != JsonValueKind.Object)
            throw new ParameterException(place, "an algorithm or {algorithm, hyperparameters, weight}", value.GetRawText());
        string? algorithm = null;
        var (hyperparameters, weight) = (Defaults, 1.0);
        foreach (var field in value.EnumerateObject())
        {
            var at = $"{place}.{field.Name}";
            switch (field.Name)
            {
                case "algorithm": algorithm = Named(parameter, at, field.Value); break;
                case "hyperparameters" when field.Value.ValueKind == JsonValueKind.Object: hyperparameters = Owned(field.Value); break;
                case "hyperparameters": throw new ParameterException(at, "an object", field.Value.GetRawText());
                case "weight": weight = ReadWeight(at, field.Value); break;
                default: throw new ParameterException(at, "algorithm, hyperparameters or weight", field.Value.GetRawText());
            }
        }
        return new EnsembleMember(
            algorithm ?? throw new ParameterException($"{place}.algorithm", parameter.Expected, "nothing"), hyperparameters, weight);
    }

    private static string Named(ParameterInfo parameter, string place, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && Algorithms.TryResolve(value.GetString()!, out var known)
            && parameter.Choices.Contains(known.Name, StringComparer.Ordinal)
            ? known.Name
            : throw new ParameterException(place, "one of " + string.Join(", ", parameter.Choices), value.GetRawText());

    private static double ReadWeight(string place, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var weight) && weight >= 0 && double.IsFinite(weight)
            ? weight
            : throw new ParameterException(place, "a number >= 0", value.GetRawText());

    private static Dictionary<string, JsonElement> Owned(JsonElement values) =>
        values.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.Clone(), StringComparer.Ordinal);
}
