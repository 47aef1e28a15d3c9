using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>
/// A model as it is stored: the columns it judges with all that becomes of their cells, and the fitted estimator. One hash seals
/// both, since either decides a prediction.
/// </summary>
/// <param name="Inputs">The columns, in order.</param>
/// <param name="Detector">The fitted estimator.</param>
internal sealed record ModelArtifact(IReadOnlyList<InputColumn> Inputs, EventSourcedAnomaly.Detection.Detector Detector)
{
    private const uint NumbersOnly = 0x314d5345;
    private const uint Magic = 0x324d5345;

    /// <summary>The columns' names, in order.</summary>
    public IReadOnlyList<string> FeatureNames { get; } = [.. Inputs.Select(input => input.Name)];

    /// <summary>How many features the estimator sees.</summary>
    public int Width { get; } = Inputs.Sum(input => input.Width);

    /// <summary>Writes it: a magic number, the columns, the estimator's own bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(Inputs.Count);
        foreach (var input in Inputs)
        {
            input.Write(writer);
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
        var magic = reader.ReadUInt32();
        if (magic is not (Magic or NumbersOnly))
        {
            throw new InvalidDataException("These bytes are not a model.");
        }

        var inputs = new InputColumn[reader.ReadInt32()];
        for (var j = 0; j < inputs.Length; j++)
        {
            // The first form knew numbers only, neither shifted nor scaled.
            inputs[j] = magic == Magic ? InputColumn.ReadFrom(reader) : new NumberInput(reader.ReadString(), reader.ReadDouble(), 0, 1);
        }

        return new ModelArtifact(inputs, ProductAlgorithms.Catalog.Read(bytes.AsSpan((int)reader.BaseStream.Position)));
    }

    /// <summary>The features of rows of cells.</summary>
    public Matrix Transform(Matrix rows)
    {
        var values = new double[rows.Rows * Width];
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = rows.Row(i);
            var at = i * Width;
            for (var j = 0; j < row.Length; j++)
            {
                Inputs[j].Encode(row[j], values.AsSpan(at, Inputs[j].Width));
                at += Inputs[j].Width;
            }
        }

        return new Matrix(rows.Rows, Width, values);
    }

    /// <summary>The cells of a chunk of a data set that has the model's columns.</summary>
    /// <exception cref="InvalidDataException">A column is missing, or of another type than the one the model learned from.</exception>
    public Matrix RowsOf(DatasetChunk chunk, DatasetManifest manifest)
    {
        var values = new double[chunk.RowCount * Inputs.Count];
        for (var j = 0; j < Inputs.Count; j++)
        {
            var column = Cells(chunk.Columns[manifest.IndexOf(Inputs[j].Name)], Inputs[j]);
            for (var i = 0; i < column.Length; i++)
            {
                values[(i * Inputs.Count) + j] = column[i];
            }
        }

        return new Matrix(chunk.RowCount, Inputs.Count, values);
    }

    private static double[] Cells(ChunkColumn column, InputColumn input) => (input, column) switch
    {
        (FrequencyInput { Known: var known }, TextColumn text) => Preprocessing.Places(text, known.PlaceOf),
        (OneHotInput { Known: var known }, TextColumn text) => Preprocessing.Places(text, known.PlaceOf),
        (NumberInput or TimeInput, not TextColumn) => column.ToDoubles(),
        _ => throw new InvalidDataException($"Column '{input.Name}' is of type {column.Type}; the model takes {input.Expectation} there."),
    };
}
