using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>What a model says of some rows: for each a score from 0 to 1 and how sure the prediction is.</summary>
/// <param name="Scores">0 to 1, the higher the more anomalous.</param>
/// <param name="Confidences">0 to 1.</param>
internal sealed record Predictions(double[] Scores, double[] Confidences)
{
    /// <summary>The score of a row that lies on the model's own threshold.</summary>
    public const double ModelThreshold = 0.5;

    /// <summary>Judges rows. Every road to a prediction leads through here, so the same rows get the same bits.</summary>
    public static Predictions Of(LoadedModel model, Matrix rows, CancellationToken ct)
    {
        var detector = model.Artifact.Detector;
        return OfRaw(detector, detector.DecisionFunction(model.Artifact.Transform(rows), ct));
    }

    /// <summary>What a model says of rows that it learned from: some algorithms leave a row out when they judge it.</summary>
    /// <param name="detector">The model.</param>
    /// <param name="first">The first of the rows.</param>
    /// <param name="count">How many.</param>
    public static Predictions OfTrainingRows(EventSourcedAnomaly.Detection.Detector detector, int first, int count) =>
        OfRaw(detector, detector.DecisionScoresSpan.Slice(first, count).ToArray());

    private static Predictions OfRaw(EventSourcedAnomaly.Detection.Detector detector, double[] raw)
    {
        var confidences = new double[raw.Length];
        for (var i = 0; i < raw.Length; i++)
        {
            confidences[i] = detector.Confidence(raw[i]);
            raw[i] = detector.Scale.Score(raw[i]);
        }

        return new Predictions(raw, confidences);
    }

    /// <summary>Whether a row is an anomaly at a threshold.</summary>
    public bool IsAnomaly(int row, double threshold) => Scores[row] > threshold;

    /// <summary>Both columns as bytes.</summary>
    public byte[] ToBytes() => NumberBlock.Encode([.. Scores, .. Confidences]);

    /// <summary>Both columns from bytes.</summary>
    public static Predictions FromBytes(byte[] bytes)
    {
        var numbers = NumberBlock.Decode(bytes);
        return new Predictions(numbers[..(numbers.Length / 2)], numbers[(numbers.Length / 2)..]);
    }

    /// <summary>Counts and means at a threshold.</summary>
    public DetectionSummary Summarise(double threshold)
    {
        var anomalies = Scores.Count(score => score > threshold);
        return new DetectionSummary(
            Scores.Length, anomalies, Scores.Length == 0 ? 0 : (double)anomalies / Scores.Length, Confidences.Length == 0
                ? 0 : Confidences.Average());
    }
}

/// <summary>Rows that came with a request, in the order of a model's features.</summary>
internal static class RequestRows
{
    private const int MaxCells = 20_000_000;

    /// <summary>The rows as a matrix of cells.</summary>
    /// <param name="data">As they came.</param>
    /// <param name="given">The names of their columns, if the caller named them.</param>
    /// <param name="model">The model that is to judge them.</param>
    public static Matrix Read(IReadOnlyList<Cell[]> data, IReadOnlyList<string>? given, ModelArtifact model)
    {
        var expected = model.FeatureNames;
        if (data.Count == 0)
        {
            throw Problem.Invalid("data", "at least one row");
        }

        if ((long)data.Count * expected.Count > MaxCells)
        {
            throw Problem.Invalid("data", $"at most {MaxCells} numbers; a batch takes more", (long)data.Count * expected.Count);
        }

        var order = Order(given, expected);
        var values = new double[data.Count * expected.Count];
        for (var i = 0; i < data.Count; i++)
        {
            var row = data[i] ?? throw Problem.Invalid($"data[{i}]", $"an array of {expected.Count} values", "null");
            if (row.Length != expected.Count)
            {
                throw Problem.Invalid($"data[{i}]",
                    $"{expected.Count} values ({string.Join(", ", expected.Take(10))}{(expected.Count > 10 ? ", …" : string.Empty)})",
                    $"{row.Length} values");
            }

            for (var j = 0; j < row.Length; j++)
            {
                values[(i * row.Length) + j] = model.Inputs[j].Read(row[order[j]])
                    ?? throw Problem.Invalid($"data[{i}][{order[j]}]", model.Inputs[j].Expectation, row[order[j]]);
            }
        }

        return new Matrix(data.Count, expected.Count, values);
    }

    private static int[] Order(IReadOnlyList<string>? given, IReadOnlyList<string> expected) =>
        given is null ? [.. Enumerable.Range(0, expected.Count)] : FeatureNames.Order(given, expected);
}
