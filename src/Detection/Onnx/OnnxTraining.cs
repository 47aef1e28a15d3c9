using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Onnx;

/// <summary>
/// What a written ONNX model keeps in its metadata of the training beside the graph, so that it scores a row alike whatever rows stand
/// beside it: names of the columns, their medians, threshold and spread of the scores, and quantiles of the training rows' scores.
/// </summary>
/// <param name="Center">Median of every column.</param>
/// <param name="Scale">Threshold and spread.</param>
/// <param name="Scores">Evenly spaced quantiles of the training scores.</param>
/// <param name="FeatureNames">Names of the columns; null where they are not known.</param>
internal sealed record OnnxTraining(double[] Center, ScoreScale Scale, double[] Scores, string[]? FeatureNames)
{
    public const string Threshold = "threshold";
    private const string Spread = "spread";
    private const string Medians = "center";
    private const string Quantiles = "score_quantiles";
    private const string Names = "feature_names";
    private const int MaxQuantiles = 101;

    /// <summary>The entries of a detector's metadata.</summary>
    public static IEnumerable<(string Key, string Value)> EntriesOf(Detector detector)
    {
        yield return (Threshold, Text(detector.Scale.Threshold));
        yield return (Spread, Text(detector.Scale.Spread));
        yield return (Medians, Json(detector.Center.ToArray()));
        yield return (Quantiles, Json(QuantilesOf(detector.SortedScores.ToArray())));
        if (detector.FeatureNames is { } names) yield return (Names, JsonSerializer.Serialize(names));
    }

    /// <summary>What metadata say; null where they say nothing of a training, as in models from elsewhere.</summary>
    /// <exception cref="InvalidDataException">They contradict themselves or the model.</exception>
    public static OnnxTraining? Of(IReadOnlyDictionary<string, string> metadata, int features)
    {
        if (!metadata.TryGetValue(Threshold, out var threshold) || !metadata.TryGetValue(Spread, out var spread)
            || !metadata.TryGetValue(Medians, out var center) || !metadata.TryGetValue(Quantiles, out var quantiles))
            return null;
        try
        {
            var training = new OnnxTraining(
                JsonSerializer.Deserialize<double[]>(center) ?? [],
                new ScoreScale(Number(threshold), Number(spread)),
                JsonSerializer.Deserialize<double[]>(quantiles) ?? [],
                metadata.TryGetValue(Names, out var names) ? JsonSerializer.Deserialize<string[]>(names) : null);
            return training.Center.Length == features && training.Scores.Length > 0 && training.Scale.Spread > 0
                && double.IsFinite(training.Scale.Threshold) && double.IsFinite(training.Scale.Spread)
                && (training.FeatureNames is null || training.FeatureNames.Length == features)
                ? training
                : throw new InvalidDataException("the ONNX model's metadata do not fit its graph");
        }
        catch (Exception damaged) when (damaged is JsonException or FormatException)
        {
            throw new InvalidDataException($"the ONNX model's metadata are damaged: {damaged.Message}", damaged);
        }
    }

    private static double[] QuantilesOf(double[] sorted) => sorted.Length <= MaxQuantiles
        ? sorted
        : [.. Enumerable.Range(0, MaxQuantiles).Select(i => OrderStatistics.Quantile(sorted, i / (MaxQuantiles - 1.0)))];

    private static string Json(double[] numbers) => JsonSerializer.Serialize(numbers);

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
