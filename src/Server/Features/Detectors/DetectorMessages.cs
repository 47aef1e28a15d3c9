using System.Text.Json;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>What to replace of a detector's configuration; null leaves it.</summary>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Parameters">Its hyper-parameters.</param>
/// <param name="Description">What its owner says of it.</param>
/// <param name="Tags">Words to find it by.</param>
/// <param name="ExpectedVersion">The version that the change was made on (<c>If-Match</c>); null where that does not matter.</param>
[GenerateSerializer, Immutable, Alias("esa.ConfigureDetector")]
public sealed record ConfigureDetector(
    string? Name, IReadOnlyDictionary<string, JsonElement>? Parameters, string? Description, IReadOnlyList<string>? Tags,
    long? ExpectedVersion);
