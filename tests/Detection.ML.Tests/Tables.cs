using Microsoft.ML;
using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML.Tests;

/// <summary>Tables as ML.NET sees them.</summary>
internal static class Tables
{
    public sealed class SingleRow
    {
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }

    public sealed class DoubleRow
    {
        public double[] Features { get; set; } = [];

        public bool Label { get; set; }
    }

    /// <summary>The numbers that float32 has, so that both types of column hold the same.</summary>
    public static Matrix Rounded(Matrix x) => new(x.Rows, x.Columns, [.. x.Values.ToArray().Select(value => (double)(float)value)]);

    public static IDataView Singles(this MLContext ml, Matrix x, int[]? labels = null) => ml.Data.LoadFromEnumerable(
        Enumerable.Range(0, x.Rows)
            .Select(i => new SingleRow { Features = [.. x.Row(i).ToArray().Select(v => (float)v)], Label = labels?[i] == 1 }),
        Schema(typeof(SingleRow), NumberDataViewType.Single, x.Columns));

    public static IDataView Doubles(this MLContext ml, Matrix x, int[]? labels = null) => ml.Data.LoadFromEnumerable(
        Enumerable.Range(0, x.Rows).Select(i => new DoubleRow { Features = x.Row(i).ToArray(), Label = labels?[i] == 1 }),
        Schema(typeof(DoubleRow), NumberDataViewType.Double, x.Columns));

    private static SchemaDefinition Schema(Type type, PrimitiveDataViewType item, int columns)
    {
        var schema = SchemaDefinition.Create(type);
        schema["Features"].ColumnType = new VectorDataViewType(item, columns);
        return schema;
    }
}
