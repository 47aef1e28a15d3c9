using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Numbers that came with a request: a series, or rows of equal length. NaN stands for a missing one.</summary>
/// <param name="Series">The values in their order; null when they are rows.</param>
/// <param name="Rows">The rows; a series is rows of one number.</param>
internal sealed record InlineData(double[]? Series, Matrix Rows)
{
    private const int MaxNumbers = 2_000_000;
    private const int Neighbours = 2;

    /// <summary>Reads them.</summary>
    /// <exception cref="Problem">They are something else; the field is named to the cell.</exception>
    public static InlineData Read(JsonElement data, string field)
    {
        if (data.ValueKind != JsonValueKind.Array || data.GetArrayLength() == 0)
        {
            throw Problem.Invalid(field, "an array of numbers, or of rows of numbers, with at least one element",
                data.ValueKind == JsonValueKind.Array ? "[]" : data.GetRawText());
        }

        var matrix = data[0].ValueKind == JsonValueKind.Array ? Table(data, field) : Column(data, field);
        return data[0].ValueKind == JsonValueKind.Array ? new InlineData(null, matrix) : new InlineData([.. matrix.Values], matrix);
    }

    /// <summary>
    /// The rows as an algorithm sees them. Where each row is judged by itself, a series' value is joined by its distance from
    /// the median of its surroundings, so that a value may also be unusual in its place.
    /// </summary>
    /// <param name="sequential">Whether the algorithm itself regards the rows before.</param>
    public Matrix Features(bool sequential)
    {
        if (Series is not { } series || sequential)
        {
            return Rows;
        }

        var (filled, features) = (TimeSeries(series), new double[series.Length * 2]);
        for (var i = 0; i < series.Length; i++)
        {
            var around = filled.AsSpan(Math.Max(0, i - Neighbours)..Math.Min(filled.Length, i + Neighbours + 1)).ToArray();
            Array.Sort(around);
            var median = (around[(around.Length - 1) / 2] + around[around.Length / 2]) / 2;
            (features[i * 2], features[(i * 2) + 1]) = (filled[i], Math.Abs(filled[i] - median));
        }

        return new Matrix(series.Length, 2, features);
    }

    /// <summary>A row, or a value of a series, as an answer shows it.</summary>
    public object ValueOf(int row) => Series is null ? Rows.Row(row).ToArray().Select(Shown).ToArray() : Shown(Series[row])!;

    private static double? Shown(double value) => double.IsNaN(value) ? null : value;

    private static double[] TimeSeries(double[] values) => values.All(double.IsNaN)
        ? new double[values.Length] : EventSourcedAnomaly.Detection.TimeSeries.Series.Fill(values);

    private static Matrix Column(JsonElement data, string field)
    {
        var count = data.GetArrayLength();
        RequireBearable(count, field);
        var values = new double[count];
        var i = 0;
        foreach (var element in data.EnumerateArray())
        {
            values[i] = Number(element, field, i, null);
            i++;
        }

        return new Matrix(count, 1, values);
    }

    private static Matrix Table(JsonElement data, string field)
    {
        var (count, width) = (data.GetArrayLength(), data[0].GetArrayLength());
        RequireBearable((long)count * width, field);
        if (width == 0)
        {
            throw Problem.Invalid($"{field}[0]", "at least one number");
        }

        var values = new double[count * width];
        var i = 0;
        foreach (var row in data.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != width)
            {
                throw Problem.Invalid($"{field}[{i}]", $"an array of {width} numbers like the first", row.ValueKind == JsonValueKind.Array
                    ? $"{row.GetArrayLength()} numbers" : row.GetRawText());
            }

            var j = 0;
            foreach (var element in row.EnumerateArray())
            {
                values[(i * width) + j] = Number(element, field, i, j);
                j++;
            }

            i++;
        }

        return new Matrix(count, width, values);
    }

    private static double Number(JsonElement element, string field, int row, int? column) => element.ValueKind switch
    {
        JsonValueKind.Null => double.NaN,
        JsonValueKind.Number when element.TryGetDouble(out var value) && Math.Abs(value) <= Matrix.LargestNumber => value,
        _ => throw Problem.Invalid(
            column is null ? $"{field}[{row}]" : string.Create(CultureInfo.InvariantCulture, $"{field}[{row}][{column}]"),
            $"a number from -{Matrix.LargestNumber} to {Matrix.LargestNumber}, or null", element.GetRawText()),
    };

    private static void RequireBearable(long numbers, string field)
    {
        if (numbers > MaxNumbers)
        {
            throw Problem.Invalid(field, $"at most {MaxNumbers} numbers; upload more as a data set", numbers);
        }
    }
}
