using Microsoft.ML;
using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML.Mapping;

/// <summary>Which rows are anomalies: truth values, or 1 and 0 as ML.NET's evaluation of detectors wants them.</summary>
internal static class LabelColumn
{
    /// <summary>1 for an anomaly, 0 for a normal row.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds something else.</exception>
    public static int[] Read(IDataView data, string name, CancellationToken ct) => data.Schema.GetColumnOrNull(name)?.Type switch
    {
        BooleanDataViewType => Read<bool>(data, name, (label, _) => label ? 1 : 0, ct),
        NumberDataViewType type when type == NumberDataViewType.Single => Read<float>(
            data, name,
            (label, row) => label is 0 or 1
                ? (int)label
                : throw new ArgumentException($"column '{name}': expected 0 or 1, got {label} in row {row} (counted from 0)", nameof(data)),
            ct),
        var other => throw Refused(name, other?.ToString()),
    };

    /// <inheritdoc cref="Read(IDataView, string, CancellationToken)" path="/exception"/>
    public static void Check(SchemaShape schema, string name)
    {
        var column = schema.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal));
        if (column.Name is null || column.Kind is not SchemaShape.Column.VectorKind.Scalar
            || (column.ItemType is not BooleanDataViewType && column.ItemType != NumberDataViewType.Single))
            throw Refused(name, column.Name is null ? null : $"{column.Kind} of {column.ItemType}");
    }

    private static int[] Read<T>(IDataView data, string name, Func<T, int, int> read, CancellationToken ct)
        where T : struct
    {
        var column = data.Schema[name];
        var labels = new List<int>();
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        while (cursor.MoveNext())
        {
            ct.ThrowIfCancellationRequested();
            T label = default;
            getter(ref label);
            labels.Add(read(label, labels.Count));
        }
        return [.. labels];
    }

    private static ArgumentException Refused(string name, string? type) =>
        new($"column '{name}': expected Boolean or Single labels, got {type ?? "no such column"}", nameof(name));
}
