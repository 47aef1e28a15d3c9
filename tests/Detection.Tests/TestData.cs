using System.Text.Json;

namespace EventSourcedAnomaly.Detection.Tests;

/// <summary>Tables with known structure and shorthand for parameters.</summary>
internal static class TestData
{
    /// <summary>Standard normal rows; the last <paramref name="outliers"/> rows are moved 8 away in every feature.</summary>
    public static Matrix Cloud(int rows, int columns, int outliers = 0, int seed = 1)
    {
        var random = new Random(seed);
        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            if (i / columns >= rows - outliers) values[i] += 8;
        }
        return new Matrix(rows, columns, values);
    }

    public static int[] LastAreAnomalies(int rows, int outliers) =>
        [.. Enumerable.Range(0, rows).Select(i => i >= rows - outliers ? 1 : 0)];

    public static Dictionary<string, JsonElement> Parameters(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    public static Detector Fitted(string algorithm, Matrix x, string parameters = "{}", int? seed = null)
    {
        var detector = Algorithms.Create(algorithm, Parameters(parameters), seed);
        detector.Fit(x);
        return detector;
    }
}
