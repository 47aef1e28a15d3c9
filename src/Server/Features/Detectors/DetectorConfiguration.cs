using System.Text.Json;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>What every configuration of a detector has to satisfy.</summary>
internal static class DetectorConfiguration
{
    /// <summary>A detector to be created, once its algorithm is known and has accepted its parameters.</summary>
    public static DetectorCreated Created(
        string id, string name, string algorithm, IReadOnlyDictionary<string, JsonElement>? parameters, string? description,
        IReadOnlyList<string>? tags, DateTimeOffset now)
    {
        var resolved = Algorithm(algorithm);
        return new DetectorCreated(id, name, description, resolved, Parameters(resolved, parameters), Tags(tags), now);
    }

    /// <summary>The algorithm's own name.</summary>
    public static string Algorithm(string given) => ProductAlgorithms.Catalog.TryResolve(given, out var algorithm)
        ? algorithm.Name
        : throw Problem.Invalid("algorithm",
            $"one of: {string.Join(", ", ProductAlgorithms.Catalog.All.Select(known => known.Name))}", given);

    /// <summary>The hyper-parameters, once the algorithm has accepted them.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Parameters(string algorithm, IReadOnlyDictionary<string, JsonElement>? given)
    {
        try
        {
            ProductAlgorithms.Catalog.Create(algorithm, given, seed: 0);
            return given ?? new Dictionary<string, JsonElement>();
        }
        catch (ParameterException e)
        {
            throw new Problem(ProblemKind.Invalid, $"parameters.{e.Parameter}: expected {e.Expected}, got {e.Value}.",
                $"parameters.{e.Parameter}", e.Expected);
        }
    }

    /// <summary>Tags without repetition.</summary>
    public static IReadOnlyList<string> Tags(IReadOnlyList<string>? tags) => [.. (tags ?? []).Distinct()];
}
