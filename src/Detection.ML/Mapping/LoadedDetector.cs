namespace EventSourcedAnomaly.Detection.ML.Mapping;

/// <summary>A detector with the text it was read from, which every row of a stored pipeline carries along.</summary>
/// <param name="Model">The detector's bytes in base64.</param>
/// <param name="Detector">The detector.</param>
internal sealed record LoadedDetector(ReadOnlyMemory<char> Model, Detector Detector)
{
    public static string TextOf(Detector detector) => Convert.ToBase64String(detector.ToBytes());

    /// <exception cref="InvalidDataException">The text is no stored detector.</exception>
    public static LoadedDetector Of(ReadOnlyMemory<char> model)
    {
        var bytes = new byte[model.Length];
        return Convert.TryFromBase64Chars(model.Span, bytes, out var length)
            ? new LoadedDetector(model, MachineLearningAlgorithms.Catalog.Read(bytes.AsSpan(0, length)))
            : throw new InvalidDataException("the pipeline holds no stored detector");
    }
}
