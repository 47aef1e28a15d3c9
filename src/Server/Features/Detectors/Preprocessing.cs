using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>What becomes of raw cells before an estimator sees them; recorded with the training and part of its model.</summary>
/// <param name="Impute">What stands in for a missing number: <c>median</c>, <c>mean</c>, <c>most_frequent</c> or <c>zero</c>.</param>
/// <param name="Encode">How categories become numbers: <c>frequency</c>, <c>one_hot</c>, or <c>none</c> to leave them out.</param>
/// <param name="Scale">How numbers are scaled: <c>none</c>, <c>standard</c>, <c>minmax</c> or <c>robust</c>.</param>
/// <param name="Time">How times become numbers: <c>cyclical</c>, or <c>none</c> to leave them out.</param>
public sealed record PreprocessingOptions(string Impute = "median", string Encode = "frequency", string Scale = "none",
    string Time = "cyclical")
{
    internal static readonly string[] Imputations = ["median", "mean", "most_frequent", "zero"];
    internal static readonly string[] Encodings = ["frequency", "one_hot", "none"];
    internal static readonly string[] Scalings = ["none", "standard", "minmax", "robust"];
    internal static readonly string[] Times = ["cyclical", "none"];
}

/// <summary>A column as a data set has it, for a model to learn from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its cells are.</param>
/// <param name="Categories">Its different texts, in the order of their first appearance.</param>
internal sealed record RawColumn(string Name, ColumnType Type, IReadOnlyList<string> Categories);

/// <summary>Learns from rows what their cells have to become.</summary>
internal static class Preprocessing
{
    /// <summary>More different texts than this are names rather than categories.</summary>
    public const int MaxCategories = 1000;

    /// <summary>One feature for each is too much beyond this.</summary>
    public const int MaxOneHot = 50;

    /// <summary>Why a column is not learned from, or null when it is.</summary>
    public static string? WhyLeftOut(ColumnProfile column, long rows, PreprocessingOptions options) => column.Type switch
    {
        _ when column.UniqueCount == 0 => "no value in any row",
        ColumnType.Timestamp when options.Time == "none" => "a time",
        ColumnType.Text when options.Encode == "none" => "text",
        ColumnType.Text when column.UniqueCount > Math.Min(MaxCategories, Math.Max(1, rows / 2)) =>
            "text with too many different values to be categories",
        ColumnType.Text when options.Encode == "one_hot" && column.UniqueCount > MaxOneHot =>
            $"text with more than {MaxOneHot} different values, too many for one_hot",
        _ => null,
    };

    /// <summary>What the cells of each column become, learned from the rows that a model is fitted on.</summary>
    public static IReadOnlyList<InputColumn> Learn(Matrix rows, IReadOnlyList<RawColumn> columns, PreprocessingOptions options)
    {
        var learned = new InputColumn[columns.Count];
        Parallel.For(0, columns.Count, j => learned[j] = columns[j].Type switch
        {
            ColumnType.Timestamp => new TimeInput(columns[j].Name),
            ColumnType.Text when options.Encode == "one_hot" => new OneHotInput(
                columns[j].Name, new Categories(columns[j].Categories), Shares(rows, j, columns[j].Categories.Count)),
            ColumnType.Text =>
                new FrequencyInput(columns[j].Name, new Categories(columns[j].Categories), Shares(rows, j, columns[j].Categories.Count)),
            _ => Number(columns[j].Name, Known(rows, j), options),
        });
        return learned;
    }

    /// <summary>The places of a column's texts; NaN where one is missing.</summary>
    public static double[] Places(TextColumn column, Func<string, int> placeOf)
    {
        var places = new double[column.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = column.Nulls[i] ? double.NaN : placeOf(column.Values[i]);
        }

        return places;
    }

    private static NumberInput Number(string name, double[] sorted, PreprocessingOptions options)
    {
        var imputation = sorted.Length == 0 ? 0 : options.Impute switch
        {
            "mean" => sorted.Average(),
            "most_frequent" => MostFrequent(sorted),
            "zero" => 0,
            _ => Quantile(sorted, 0.5),
        };
        var (shift, scale) = sorted.Length == 0 ? (0, 1) : options.Scale switch
        {
            "standard" => (sorted.Average(), Deviation(sorted)),
            "minmax" => (sorted[0], sorted[^1] - sorted[0]),
            "robust" => (Quantile(sorted, 0.5), Quantile(sorted, 0.75) - Quantile(sorted, 0.25)),
            _ => (0, 1),
        };
        return new NumberInput(name, imputation, shift, scale is > 0 and < double.PositiveInfinity ? scale : 1);
    }

    private static double[] Known(Matrix rows, int column)
    {
        var known = new List<double>(rows.Rows);
        for (var i = 0; i < rows.Rows; i++)
        {
            if (!double.IsNaN(rows.Row(i)[column]))
            {
                known.Add(rows.Row(i)[column]);
            }
        }

        known.Sort();
        return [.. known];
    }

    private static double[] Shares(Matrix rows, int column, int categories)
    {
        var shares = new double[categories];
        for (var i = 0; i < rows.Rows; i++)
        {
            if (rows.Row(i)[column] is >= 0 and var place)
            {
                shares[(int)place] += 1.0 / rows.Rows;
            }
        }

        return shares;
    }

    private static double Quantile(double[] sorted, double q)
    {
        var at = q * (sorted.Length - 1);
        var (below, above) = (sorted[(int)Math.Floor(at)], sorted[(int)Math.Ceiling(at)]);
        return below == above ? below : below + ((above - below) * (at - Math.Floor(at)));
    }

    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }

    private static double MostFrequent(double[] sorted) =>
        sorted.GroupBy(value => value).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
}
