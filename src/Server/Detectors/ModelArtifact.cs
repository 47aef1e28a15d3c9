using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Server.Detectors;

/// <summary>
/// A model as it is stored: the columns it judges, what stands in for their missing values, and the fitted estimator. One hash
/// seals all three, since any of them decides a verdict.
/// </summary>
/// <param name="FeatureNames">The columns, in order.</param>
/// <param name="Imputation">What stands in for a missing number, per feature: the training rows' median.</param>
/// <param name="Detector">The fitted estimator.</param>
internal sealed record ModelArtifact(IReadOnlyList<string> FeatureNames, IReadOnlyList<double> Imputation, EventSourcedAnomaly.Detection.Detector Detector)
{
    private const uint Magic = 0x314d5345;

    /// <summary>Writes it: a magic number, the names, the medians, the estimator's own bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(FeatureNames.Count);
        for (var j = 0; j < FeatureNames.Count; j++)
        {
            writer.Write(FeatureNames[j]);
            writer.Write(Imputation[j]);
        }

        writer.Write(Detector.ToBytes());
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a model.</exception>
    public static ModelArtifact FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (reader.ReadUInt32() != Magic)
        {
            throw new InvalidDataException("These bytes are not a model.");
        }

        var names = new string[reader.ReadInt32()];
        var imputation = new double[names.Length];
        for (var j = 0; j < names.Length; j++)
        {
            (names[j], imputation[j]) = (reader.ReadString(), reader.ReadDouble());
        }

        return new ModelArtifact(names, imputation, EventSourcedAnomaly.Detection.Detector.FromBytes(bytes.AsSpan((int)reader.BaseStream.Position)));
    }

    /// <summary>The rows with every missing number replaced.</summary>
    public Matrix Impute(Matrix rows)
    {
        var values = new double[rows.Rows * rows.Columns];
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = rows.Row(i);
            for (var j = 0; j < row.Length; j++)
            {
                values[(i * row.Length) + j] = double.IsNaN(row[j]) ? Imputation[j] : row[j];
            }
        }

        return new Matrix(rows.Rows, rows.Columns, values);
    }
}
