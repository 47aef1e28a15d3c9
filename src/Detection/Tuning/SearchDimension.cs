using System.Text.Json;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>One hyper-parameter to tune: an interval of numbers, of integers, or a list of choices.</summary>
/// <param name="Name">The parameter's name.</param>
/// <param name="Low">Least value.</param>
/// <param name="High">Greatest value.</param>
/// <param name="IsInteger">Whether only whole numbers count.</param>
/// <param name="IsLogarithmic">Whether ratios rather than differences matter; <paramref name="Low"/> is then above 0.</param>
/// <param name="Choices">JSON values to choose from instead of an interval; null for an interval.</param>
public sealed record SearchDimension(
    string Name, double Low, double High, bool IsInteger = false, bool IsLogarithmic = false, IReadOnlyList<string>? Choices = null)
{
    public static SearchDimension Of(string name, params string[] choices) => new(name, 0, choices.Length, Choices: choices);

    /// <exception cref="ParameterException">There is nothing to choose from, or the interval is empty, infinite, or not of positive numbers
    /// where their logarithms count.</exception>
    internal void Check()
    {
        if (Choices is not null)
        {
            if (Choices.Count == 0) throw new ParameterException(Name, "at least one choice", "[]");
            foreach (var choice in Choices.Where(choice => !IsJson(choice))) throw new ParameterException(Name, "choices in JSON", choice);
            return;
        }
        if (!double.IsFinite(Low) || !double.IsFinite(High) || !(Low <= High) || (IsLogarithmic && !(Low > 0)))
            throw new ParameterException(Name, IsLogarithmic
                ? "an interval of positive numbers" : "an interval of finite numbers", $"{Low} to {High}");
        if (IsInteger && (Low < int.MinValue || High > int.MaxValue))
            throw new ParameterException(Name, $"an interval within {int.MinValue} to {int.MaxValue}", $"{Low} to {High}");
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The JSON value at a position from 0 to 1.</summary>
    internal JsonElement At(double position) =>
        JsonDocument.Parse(Choices is null ? Number(position) : Choices[Index(position)]).RootElement;

    internal int Index(double position) => Math.Clamp((int)(position * Choices!.Count), 0, Choices.Count - 1);

    private string Number(double position)
    {
        var value = IsLogarithmic
            ? Math.Exp(Math.Log(Low) + position * (Math.Log(High) - Math.Log(Low)))
            : Low + position * (High - Low);
        if (IsInteger) return $"{(int)Math.Clamp(Math.Round(value), Low, High)}";
        // a whole number keeps its point: 1.0 is a share where 1 would be a count
        return value == Math.Floor(value) ? $"{value:F1}" : value.ToString("R");
    }
}

/// <summary>The hyper-parameters to tune together. A point in it is a position from 0 to 1 along every dimension.</summary>
public sealed record SearchSpace(IReadOnlyList<SearchDimension> Dimensions)
{
    /// <summary>The parameters that a point stands for.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters(ReadOnlySpan<double> point)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        for (var d = 0; d < point.Length; d++) parameters[Dimensions[d].Name] = Dimensions[d].At(point[d]);
        return parameters;
    }

    internal double[] RandomPoint(RandomSource random) => [.. Dimensions.Select(_ => random.NextDouble())];

    /// <summary>The usual search space of an algorithm; one without dimensions when it has nothing to tune.</summary>
    /// <exception cref="ParameterException">The algorithm is unknown.</exception>
    public static SearchSpace For(string algorithm)
    {
        if (!Algorithms.TryResolve(algorithm, out var info))
            throw new ParameterException("algorithm", "the name of an algorithm", $"'{algorithm}'");
        return new SearchSpace(info.Name switch
        {
            "IsolationForest" => [new(
                "n_estimators", 50, 400, true, true), new("max_samples", 64, 1024, true, true), new("max_features", 0.3, 1)],
            "ExtendedIsolationForest" => [new("n_estimators", 50, 400, true, true), new("max_samples", 64, 1024, true, true)],
            "LocalOutlierFactor" => [new("n_neighbors", 5, 100, true, true), Metric],
            "KNN" => [new(
                "n_neighbors", 2, 100, true, true), SearchDimension.Of("method", "\"largest\"", "\"mean\"", "\"median\""), Metric],
            "OneClassSVM" => [new("nu", 0.01, 0.5, false, true), new("gamma", 1e-3, 10, false, true)],
            "HBOS" => [new("n_bins", 5, 50, true, true), new("alpha", 0.01, 0.5, false, true), Words("mode", "static", "dynamic")],
            "LODA" => [new("n_random_cuts", 50, 500, true, true), new("n_bins", 5, 50, true, true)],
            "KDE" => [new("bandwidth", 0.05, 5, false, true)],
            "CBLOF" => [new("n_clusters", 2, 32, true, true), new("alpha", 0.7, 0.99), new("beta", 2, 10)],
            "INNE" => [new("n_estimators", 50, 400, true, true), new("max_samples", 4, 128, true, true)],
            "MinCovDet" => [new("support_fraction", 0.5, 1)],
            "PCA" => [new("n_components", 0.5, 0.99)],
            "AutoEncoder" => [new(
                "lr", 1e-4, 1e-2, false, true), new("batch_size", 16, 128, true, true), new("epochs", 10, 100, true, true)],
            "LSTMAutoencoder" => [new(
                "lr", 1e-4, 1e-2, false, true), new("hidden_size", 8, 64, true, true), new("window_size", 4, 32, true, true)],
            "Ensemble" =>
                [Words("combination", "average", "maximization", "aom", "moa"), Words("unification", "rank", "z", "unify")],
            _ => [],
        });
    }

    private static SearchDimension Metric => Words("metric", "euclidean", "manhattan", "chebyshev");

    private static SearchDimension Words(string name, params string[] words) =>
        SearchDimension.Of(name, Array.ConvertAll(words, word => $"\"{word}\""));
}
