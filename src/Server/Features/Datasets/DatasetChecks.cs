using System.Globalization;
using EventSourcedAnomaly.Datasets;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>What a validation looks at.</summary>
/// <param name="Profile">What the columns hold.</param>
/// <param name="Label">The label's column.</param>
/// <param name="OutlyingRows">Rows with a number beyond the fences of its column.</param>
internal sealed record DatasetMetadata(DatasetProfile Profile, string? Label, long OutlyingRows)
{
    /// <summary>The columns to learn from.</summary>
    public IEnumerable<ColumnProfile> Features => Profile.Columns.Where(column => column.Name != Label);
}

/// <summary>Judges how fit a data set is to learn from; pure.</summary>
internal static class DatasetChecks
{
    public const string MissingValues = "missing_values";
    public const string DataTypes = "data_types";
    public const string Outliers = "outliers";
    public const string Duplicates = "duplicates";

    private const double FarApart = 100;

    /// <summary>Every check there is.</summary>
    public static readonly string[] All = [MissingValues, DataTypes, Outliers, Duplicates];

    /// <summary>What one check gives.</summary>
    public static CheckOutcome Judge(string check, DatasetMetadata facts, bool strict, double threshold)
    {
        var (quality, rows) = (facts.Profile.Quality, facts.Profile.RowCount);
        var score = check switch
        {
            MissingValues => quality.Completeness,
            DataTypes => quality.Consistency,
            Outliers => 1 - (facts.OutlyingRows / (double)rows),
            _ => 1 - (facts.Profile.DuplicateRows / (double)rows),
        };

        // Outliers are what the data are looked at for: even a strict validation tolerates some.
        var passed = strict && check != Outliers ? score >= 1 : score >= threshold;
        return new CheckOutcome(passed, score, Describe(check, 1 - score, facts, passed));
    }

    /// <summary>What would make the data fitter.</summary>
    public static IReadOnlyList<string> Recommend(DatasetMetadata facts)
    {
        var numbers = facts.Features.Where(column => column.Type is ColumnType.Float64 or ColumnType.Int64
            && column.Statistics is { Std: > 0 }).ToArray();
        string?[] found =
        [
            numbers.Length > 1 && numbers.Max(column => column.Statistics!.Std) > FarApart * numbers.Min(column => column.Statistics!.Std)
                ? "Consider feature scaling for better performance: columns differ widely in spread (preprocessing.scale of a training)"
                    : null,
            Named("Remove or impute missing values in", facts.Features.Where(column => column.NullCount > 0.05 * facts.Profile.RowCount)),
            facts.Profile.ConstantColumns.Count > 0
                ? $"Remove columns that never change: {Shortened(facts.Profile.ConstantColumns)}" : null,
            facts.Profile.DuplicateRows > 0
                ? $"Remove duplicate rows, or keep them if repetition is normal: there are {facts.Profile.DuplicateRows}" : null,
            facts.Profile.Quality.Consistency < 1 ? "Give columns of mixed types one type" : null,
            facts.Profile.RowCount < 10L * numbers.Length ? "Collect more rows: there are fewer than ten for each numeric column" : null,
            facts.Label is null ? "Add a label column if known anomalies exist, so that models can be judged" : null,
        ];
        return [.. found.OfType<string>()];
    }

    private static string Describe(string check, double share, DatasetMetadata facts, bool passed) => check switch
    {
        MissingValues when share == 0 => "No missing values",
        MissingValues => $"{Percent(share)} missing values, {(passed ? "within acceptable range" : "more than is acceptable")}",
        DataTypes when share == 0 => "All columns have consistent data types",
        DataTypes => $"{Percent(share)} of the values are not of their column's prevailing type",
        Outliers when share == 0 => "No outliers detected",
        Outliers => $"{Percent(share)} outliers detected, may indicate anomalies",
        _ when facts.Profile.DuplicateRows == 0 => "No duplicate rows found",
        _ => $"{Percent(share)} of the rows repeat an earlier one",
    };

    private static string Percent(double share) =>
        (share * 100).ToString(share < 0.01 ? "0.###" : "0.#", CultureInfo.InvariantCulture) + "%";

    private static string? Named(string sentence, IEnumerable<ColumnProfile> columns) =>
        columns.Select(column => column.Name).ToArray() is { Length: > 0 } names ? $"{sentence} {Shortened(names)}" : null;

    private static string Shortened(IReadOnlyList<string> names)
    {
        const int Shown = 5;
        return string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : string.Empty);
    }
}

/// <summary>Tukey's fences: 1.5 times the interquartile range beyond the quartiles.</summary>
internal static class Outliers
{
    private const double Fence = 1.5;

    /// <summary>How many rows have a number beyond the fences of its column.</summary>
    public static async Task<long> Count(IAsyncEnumerable<DatasetChunk> chunks, DatasetManifest manifest, string? label)
    {
        var fences = new List<(int Column, double Low, double High)>();
        for (var j = 0; j < manifest.Columns.Count; j++)
        {
            var column = manifest.Profile.Columns[j];
            if (column.Type is ColumnType.Float64 or ColumnType.Int64 && column.Name != label
                && column.Statistics is { Quartiles: [var low, _, var high] })
            {
                fences.Add((j, low - (Fence * (high - low)), high + (Fence * (high - low))));
            }
        }

        var count = 0L;
        await foreach (var chunk in chunks)
        {
            var outlying = new bool[chunk.RowCount];
            foreach (var (column, low, high) in fences)
            {
                var values = chunk.ToDoubles(column);
                for (var i = 0; i < values.Length; i++)
                {
                    outlying[i] |= values[i] < low || values[i] > high;
                }
            }

            count += outlying.LongCount(beyond => beyond);
        }

        return count;
    }
}
