using Microsoft.ML;
using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML;

/// <summary>A row as ML.NET's trainers read it.</summary>
internal sealed class TrainingRow
{
    public const string FeaturesName = nameof(Features);
    public const string LabelName = nameof(Label);

    public float[] Features { get; set; } = [];

    public bool Label { get; set; }

    /// <summary>A view on a table; rows become float32 as they are read.</summary>
    /// <param name="ml">The context of the training.</param>
    /// <param name="x">The rows.</param>
    /// <param name="labels">0 or 1 for each row, or none.</param>
    /// <param name="ct">Ends the reading of rows, and with it the training.</param>
    public static IDataView Load(MLContext ml, Matrix x, int[] labels, CancellationToken ct)
    {
        var schema = SchemaDefinition.Create(typeof(TrainingRow));
        schema[FeaturesName].ColumnType = new VectorDataViewType(NumberDataViewType.Single, x.Columns);
        return ml.Data.LoadFromEnumerable(Rows(x, labels, ct), schema);
    }

    public static float Narrowed(double value) => (float)Math.Clamp(value, float.MinValue, float.MaxValue);

    private static IEnumerable<TrainingRow> Rows(Matrix x, int[] labels, CancellationToken ct)
    {
        for (var i = 0; i < x.Rows; i++)
        {
            ct.ThrowIfCancellationRequested();
            var features = new float[x.Columns];
            for (var f = 0; f < features.Length; f++) features[f] = Narrowed(x[i, f]);
            yield return new TrainingRow { Features = features, Label = labels.Length > 0 && labels[i] == 1 };
        }
    }
}
