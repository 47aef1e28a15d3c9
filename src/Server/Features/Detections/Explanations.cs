using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Why a row got its score, feature by feature.</summary>
internal sealed record Explanation(IReadOnlyList<string> Features, double[] Contributions, string Sentence)
{
    private const int Named = 3;

    /// <summary>Explains one row.</summary>
    public static Explanation Of(LoadedModel model, Matrix rows, int row, bool anomaly)
    {
        var features = model.Artifact.Transform(new Matrix(1, rows.Columns, rows.Row(row).ToArray()));
        double[] contributions;
        try
        {
            contributions = model.Artifact.Detector.Contributions(features.Row(0));
        }
        catch (NotSupportedException)
        {
            throw new Problem(ProblemKind.Invalid, $"{model.Metadata.Algorithm} gives no explanations.", "return_explanations", "false");
        }

        var byColumn = ByColumn(model.Artifact, contributions);
        return new Explanation(model.Artifact.FeatureNames, byColumn, Say(model.Artifact, features.Row(0), byColumn, anomaly));
    }

    /// <summary>The features by the weight of their contribution, heaviest first.</summary>
    public IReadOnlyList<string> Top(int count) =>
        [.. Enumerable.Range(0, Features.Count).OrderByDescending(j => Math.Abs(Contributions[j])).Take(count).Select(j => Features[j])];

    /// <summary>Signed contributions by name; positive ones push towards anomaly.</summary>
    public Dictionary<string, double> Signed() => ByName(j => Contributions[j]);

    /// <summary>Weights by name that add up to 1.</summary>
    public Dictionary<string, double> Importance()
    {
        var sum = Contributions.Sum(Math.Abs);
        return ByName(j => sum > 0 ? Math.Abs(Contributions[j]) / sum : 0);
    }

    private Dictionary<string, double> ByName(Func<int, double> value)
    {
        var named = new Dictionary<string, double>(Features.Count);
        for (var j = 0; j < Features.Count; j++)
        {
            named[Features[j]] = value(j);
        }

        return named;
    }

    // What an estimator sees of one column may be several features; their contributions add up to the column's.
    private static double[] ByColumn(ModelArtifact model, double[] contributions)
    {
        var byColumn = new double[model.Inputs.Count];
        var at = 0;
        for (var j = 0; j < byColumn.Length; j++)
        {
            for (var end = at + model.Inputs[j].Width; at < end; at++)
            {
                byColumn[j] += contributions[at];
            }
        }

        return byColumn;
    }

    private static string Say(ModelArtifact model, ReadOnlySpan<double> features, double[] contributions, bool anomaly)
    {
        var sign = anomaly ? 1 : -1;
        var heaviest = Enumerable.Range(0, contributions.Length)
            .Where(j => contributions[j] * sign > 0)
            .OrderByDescending(j => Math.Abs(contributions[j])).Take(Named).ToArray();
        if (heaviest.Length == 0)
        {
            return anomaly
                ? "No single feature stands out; the row as a whole is unusual" : "The row is like those the model was trained on";
        }

        var parts = new List<string>();
        foreach (var j in heaviest)
        {
            parts.Add(anomaly ? $"{Peculiarity(model, features, j)} {model.FeatureNames[j]}" : model.FeatureNames[j]);
        }

        var list = parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";
        return anomaly
            ? $"{char.ToUpperInvariant(list[0])}{list[1..]} indicate{(parts.Count == 1 ? "s" : string.Empty)} an anomaly"
            : $"Normal values in {list} speak against an anomaly";
    }

    private static string Peculiarity(ModelArtifact model, ReadOnlySpan<double> features, int column)
    {
        var at = model.Inputs.Take(column).Sum(input => input.Width);
        return model.Inputs[column] switch
        {
            NumberInput when features[at] > model.Detector.Center[at] => "a high value in",
            NumberInput when features[at] < model.Detector.Center[at] => "a low value in",
            FrequencyInput when features[at] < model.Detector.Center[at] => "a rare value in",
            _ => "the value of",
        };
    }
}
