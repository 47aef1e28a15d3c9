using System.Globalization;
using System.Runtime.InteropServices;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli;

/// <summary>A CSV file cannot be read; the message gives file, line and column.</summary>
internal sealed class CsvException(string message) : Exception(message);

/// <summary>A numeric CSV file with a header line: its features, and its labels when a label column was named.</summary>
/// <param name="Columns">Names of the feature columns, in the file's order.</param>
/// <param name="Features">One row per line of data.</param>
/// <param name="Labels">0 or 1 for each row; null when no label column was named.</param>
internal sealed record CsvTable(IReadOnlyList<string> Columns, Matrix Features, int[]? Labels)
{
    /// <summary>Whether the columns can be told apart by their names.</summary>
    public bool HasDistinctNames => Columns.Distinct(StringComparer.Ordinal).Count() == Columns.Count && !Columns.Contains("");

    /// <summary>Reads a file line by line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">Name of the label column, or null.</param>
    /// <param name="ignored">Columns that are neither label nor feature.</param>
    /// <param name="ct">Stops reading.</param>
    /// <exception cref="CsvException">The file has no header or no rows, a line is ragged, or a field is not a finite number.</exception>
    public static async Task<CsvTable> ReadAsync(string path, string? label, IReadOnlyCollection<string> ignored, CancellationToken ct)
    {
        using var reader = new StreamReader(path, new FileStreamOptions { BufferSize = 1 << 20, Options = FileOptions.SequentialScan });
        var header = await reader.ReadLineAsync(ct) ?? throw new CsvException($"{path}: the file is empty, expected a header line");
        var layout = CsvLayout.Of(path, header, label, ignored);
        var values = new List<double>();
        var labels = new List<int>();
        for (var line = 2; await reader.ReadLineAsync(ct) is { } text; line++)
        {
            if (text.Length == 0) continue;
            layout.ReadLine(text, line, values, labels);
        }
        var columns = layout.Features.Count;
        if (values.Count == 0) throw new CsvException($"{path}: there are no rows below the header");
        var matrix = new Matrix(values.Count / columns, columns, [.. CollectionsMarshal.AsSpan(values)]);
        return new CsvTable(layout.Features, matrix, label is null ? null : [.. labels]);
    }
}

/// <summary>Which field of a line is what.</summary>
internal sealed class CsvLayout
{
    private enum Role
    {
        Feature,
        Label,
        Ignored,
    }

    private readonly string _path;
    private readonly string[] _names;
    private readonly Role[] _roles;

    private CsvLayout(string path, string[] names, Role[] roles) => (_path, _names, _roles) = (path, names, roles);

    public IReadOnlyList<string> Features => [.. _names.Where((_, i) => _roles[i] == Role.Feature)];

    public static CsvLayout Of(string path, string header, string? label, IReadOnlyCollection<string> ignored)
    {
        if (string.IsNullOrWhiteSpace(header)) throw new CsvException($"{path}: the first line is empty, expected a header line");
        var names = CsvLine.Split(path, 1, header);
        foreach (var wanted in label is null ? ignored : ignored.Append(label))
        {
            var found = names.Count(name => string.Equals(name, wanted, StringComparison.Ordinal));
            if (found == 0) throw new CsvException($"{path}: there is no column '{wanted}'; the columns are {string.Join(", ", names)}");
            if (found > 1) throw new CsvException($"{path}: there are {found} columns '{wanted}', expected one");
        }
        var roles = Array.ConvertAll(names, name =>
            string.Equals(name, label, StringComparison.Ordinal) ? Role.Label
            : ignored.Contains(name, StringComparer.Ordinal) ? Role.Ignored
            : Role.Feature);
        if (!roles.Contains(Role.Feature)) throw new CsvException($"{path}: no feature column is left");
        return new CsvLayout(path, names, roles);
    }

    public void ReadLine(string text, int line, List<double> values, List<int> labels)
    {
        if (text.Contains('"', StringComparison.Ordinal))
        {
            ReadFields(CsvLine.Split(_path, line, text), line, values, labels);
            return;
        }
        // without quotes there is no need to copy the fields out of the line
        var column = 0;
        var rest = text.AsSpan();
        foreach (var range in rest.Split(','))
        {
            if (column == _names.Length) throw Wrong(line, $"expected {_names.Length} fields, got {rest.Count(',') + 1}");
            ReadField(rest[range].Trim(), line, column++, values, labels);
        }
        if (column < _names.Length) throw Wrong(line, $"expected {_names.Length} fields, got {column}");
    }

    private void ReadFields(string[] fields, int line, List<double> values, List<int> labels)
    {
        if (fields.Length != _names.Length) throw Wrong(line, $"expected {_names.Length} fields, got {fields.Length}");
        for (var column = 0; column < fields.Length; column++) ReadField(fields[column], line, column, values, labels);
    }

    private void ReadField(ReadOnlySpan<char> field, int line, int column, List<double> values, List<int> labels)
    {
        if (_roles[column] == Role.Ignored) return;
        if (_roles[column] == Role.Label && bool.TryParse(field, out var isAnomaly))
        {
            labels.Add(isAnomaly ? 1 : 0);
            return;
        }
        var number = Number(field, line, column);
        if (_roles[column] == Role.Feature) values.Add(number);
        else labels.Add(Label(number, line, column));
    }

    private double Number(ReadOnlySpan<char> field, int line, int column)
    {
        if (!double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            throw Wrong(line, $"column '{_names[column]}': expected a finite number, got '{field}'");
        return Math.Abs(number) <= Matrix.LargestNumber
            ? number
            : throw Wrong(line,
                $"column '{_names[column]}': expected a number from -{Matrix.LargestNumber} to {Matrix.LargestNumber}, got '{field}'");
    }

    private int Label(double number, int line, int column) => number switch
    {
        0 => 0,
        1 => 1,
        _ => throw Wrong(line, $"column '{_names[column]}': expected the label 0 or 1, got {number}"
            + (number == -1 ? "; where -1 marks anomalies and 1 normal rows, as scikit-learn predicts them, write 1 and 0" : "")),
    };

    private CsvException Wrong(int line, string what) => new($"{_path} line {line}: {what}");
}
