using Microsoft.ML;
using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML.Mapping;

/// <summary>The column that holds a row's features.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsDouble">Whether its numbers are float64; else they are float32.</param>
/// <param name="Length">How many there are; 0 where only the shape of the schema is known.</param>
internal sealed record FeatureColumn(string Name, bool IsDouble, int Length)
{
    /// <exception cref="ArgumentException">There is no such column, or it is no vector of numbers of known length.</exception>
    public static FeatureColumn Of(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column) throw Missing(name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
        return column.Type is VectorDataViewType { IsKnownSize: true, Size: > 0 } vector && IsNumber(vector.ItemType)
            ? new FeatureColumn(name, vector.ItemType == NumberDataViewType.Double, vector.Size)
            : throw Refused(name, column.Type.ToString()!);
    }

    /// <inheritdoc cref="Of(DataViewSchema, string)"/>
    public static FeatureColumn Of(SchemaShape schema, string name)
    {
        var column = schema.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal));
        if (column.Name is null) throw Missing(name, schema.Select(c => c.Name));
        return column.Kind is SchemaShape.Column.VectorKind.Vector && IsNumber(column.ItemType)
            ? new FeatureColumn(name, column.ItemType == NumberDataViewType.Double, 0)
            : throw Refused(name, $"{column.Kind} of {column.ItemType}");
    }

    /// <summary>The names that <c>Concatenate</c> gives the vector's slots; null where they are missing or not all different.</summary>
    public static string[]? SlotNames(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column || !column.HasSlotNames()) return null;
        var slots = default(VBuffer<ReadOnlyMemory<char>>);
        column.GetSlotNames(ref slots);
        string[] names = [.. slots.DenseValues().Select(slot => slot.ToString())];
        return names.Contains("") || names.Distinct(StringComparer.Ordinal).Count() < names.Length ? null : names;
    }

    /// <summary>All rows as float64.</summary>
    public Matrix Read(IDataView data, CancellationToken ct) => IsDouble
        ? Read<double>(data, static (values, row) => values.CopyTo(row), ct)
        : Read<float>(data, static (values, row) => Widen(values, row), ct);

    /// <summary>The mapping of this column's type.</summary>
    public DetectorMapping Mapping(LoadedDetector? loaded) => new(IsDouble, loaded);

    internal static void Widen(ReadOnlySpan<float> values, Span<double> row)
    {
        for (var i = 0; i < values.Length; i++) row[i] = values[i];
    }

    private Matrix Read<T>(IDataView data, Action<ReadOnlySpan<T>, Span<double>> copy, CancellationToken ct)
    {
        var column = data.Schema[Name];
        var rows = new List<double[]>();
        using var cursor = data.GetRowCursor([column]);
        var read = cursor.GetGetter<VBuffer<T>>(column);
        var buffer = default(VBuffer<T>);
        var dense = new T[Length];
        while (cursor.MoveNext())
        {
            ct.ThrowIfCancellationRequested();
            read(ref buffer);
            buffer.CopyTo(dense);
            var row = new double[Length];
            copy(dense, row);
            rows.Add(row);
        }
        return rows.Count > 0
            ? Matrix.FromRows(rows)
            : throw new ArgumentException($"column '{Name}': expected at least one row, got none", nameof(data));
    }

    private static bool IsNumber(DataViewType type) => type == NumberDataViewType.Single || type == NumberDataViewType.Double;

    private static ArgumentException Missing(string name, IEnumerable<string> present) =>
        new($"column '{name}' is missing; the data has {string.Join(", ", present.Select(n => $"'{n}'"))}", nameof(name));

    private static ArgumentException Refused(string name, string type) =>
        new(
            $"column '{name}': expected a vector of Single or Double of known length, got {type}; Concatenate makes one of several columns",
            nameof(name));
}
