using System.Text.Json;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>What every configuration of a detector has to satisfy.</summary>
internal static class DetectorConfiguration
{
    private const int MaxNameLength = 200, MaxDescriptionLength = 10_000, MaxTags = 50, MaxTagLength = 100;

    /// <summary>The algorithm's own name.</summary>
    public static string Algorithm(string given) => Algorithms.TryResolve(given, out var algorithm)
        ? algorithm.Name
        : throw Problem.Invalid("algorithm", $"one of: {string.Join(", ", Algorithms.All.Select(known => known.Name))}", given);

    /// <summary>The hyper-parameters, once the algorithm has accepted them.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Parameters(string algorithm, IReadOnlyDictionary<string, JsonElement>? given)
    {
        try
        {
            Algorithms.Create(algorithm, given, seed: 0);
            return given ?? new Dictionary<string, JsonElement>();
        }
        catch (ParameterException e)
        {
            throw new Problem(ProblemKind.Invalid, $"parameters.{e.Parameter}: expected {e.Expected}, got {e.Value}.", $"parameters.{e.Parameter}", e.Expected);
        }
    }

    /// <summary>A name that can be shown.</summary>
    public static string Name(string name) =>
        !string.IsNullOrWhiteSpace(name) && name.Length <= MaxNameLength ? name : throw Problem.Invalid("name", $"1 to {MaxNameLength} characters");

    /// <summary>A description of bearable length.</summary>
    public static string? Description(string? description) =>
        description is not { Length: > MaxDescriptionLength } ? description : throw Problem.Invalid("description", $"at most {MaxDescriptionLength} characters");

    /// <summary>Tags without repetition.</summary>
    public static IReadOnlyList<string> Tags(IReadOnlyList<string>? tags)
    {
        if (tags is null)
        {
            return [];
        }

        return tags.Count <= MaxTags && tags.All(tag => tag is { Length: > 0 and <= MaxTagLength })
            ? [.. tags.Distinct()]
            : throw Problem.Invalid("tags", $"at most {MaxTags} strings of 1 to {MaxTagLength} characters");
    }
}
