using Microsoft.ML;
using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML.Mapping;

/// <summary>
/// A detector in parts that ML.NET stores itself. Its own way of storing a transformer is not open to other assemblies, and a custom
/// mapping is stored by name alone; so a lookup table holds the detector and hands it to the mapping with every row, by reference.
/// </summary>
internal static class ScoringPipeline
{
    public static IEstimator<ITransformer> Estimator(MLContext ml, FeatureColumn features, string model, DetectorMapping mapping)
    {
        var rows = ml.Transforms.CopyColumns(nameof(SingleRow.DetectorFeatures), features.Name)
            .Append(ml.Transforms.CustomMapping(new DetectorKeyFactory().GetMapping(), DetectorKeyFactory.Contract))
            .Append(ml.Transforms.Conversion.MapValue(
                nameof(SingleRow.DetectorModel), [KeyValuePair.Create(DetectorKeyFactory.Key, model)], nameof(DetectorKey.DetectorName)));
        IEstimator<ITransformer> score = mapping.IsDouble
            ? ml.Transforms.CustomMapping<DoubleRow, DetectorOutput>(mapping.Score, DoubleMappingFactory.Contract)
            : ml.Transforms.CustomMapping<SingleRow, DetectorOutput>(mapping.Score, SingleMappingFactory.Contract);
        return rows.Append(score).Append(ml.Transforms.DropColumns(
            nameof(SingleRow.DetectorFeatures), nameof(DetectorKey.DetectorName), nameof(SingleRow.DetectorModel)));
    }

    public static ITransformer Transformer(MLContext ml, FeatureColumn features, Detector detector)
    {
        var model = LoadedDetector.TextOf(detector);
        var mapping = features.Mapping(new LoadedDetector(model.AsMemory(), detector));
        return Estimator(ml, features, model, mapping).Fit(Empty(ml, features));
    }

    /// <summary>No rows, with the column that the parts ask for.</summary>
    private static IDataView Empty(MLContext ml, FeatureColumn features)
    {
        var schema = SchemaDefinition.Create(typeof(EmptyRow));
        var column = schema[nameof(EmptyRow.Features)];
        column.ColumnName = features.Name;
        column.ColumnType = new VectorDataViewType(NumberDataViewType.Single, features.Length);
        var rows = ml.Data.LoadFromEnumerable(Array.Empty<EmptyRow>(), schema);
        return features.IsDouble
            ? ml.Transforms.Conversion.ConvertType(features.Name, outputKind: DataKind.Double).Fit(rows).Transform(rows)
            : rows;
    }

    private sealed class EmptyRow
    {
        public float[] Features { get; set; } = [];
    }
}
