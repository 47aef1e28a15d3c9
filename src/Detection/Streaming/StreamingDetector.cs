using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// A detector that sees one point at a time, scores it by what came before and then learns from it, in bounded memory. The same seed
/// and the same points give the same scores, also across <see cref="ToBytes"/> and <see cref="FromBytes"/>. Not safe for several
/// threads at once.
/// </summary>
public abstract class StreamingDetector : IStoredDetector
{
    private static readonly DetectorEnvelope<StreamingDetector> Envelope = new(
        new StoredForm("ESAS", 2, "streaming detector"),
        name => StreamingAlgorithms.TryResolve(name, out var known) ? new(known.Parameters, known.Make) : null);

    private protected StreamingDetector(StreamingAlgorithmInfo algorithm, ParameterSet parameters, int seed) =>
        (Info, Parameters, Seed) = (algorithm, parameters, seed);

    /// <summary>The canonical name, e.g. <c>StreamingEnsemble</c>.</summary>
    public string Algorithm => Info.Name;

    public StreamingAlgorithmInfo Info { get; }

    /// <summary>The hyper-parameters, defaults included.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The seed of every random choice.</summary>
    public int Seed { get; }

    /// <summary>Values per point, fixed by the first point; 0 before it.</summary>
    public int FeatureCount { get; private set; }

    /// <summary>Points learned from so far; points with a missing value are not among them.</summary>
    public long Count { get; private set; }

    /// <summary>Scores the next point and learns from it.</summary>
    /// <param name="timestamp">When the point was observed; methods that know seasons read it, none needs it to be regular.</param>
    /// <param name="values">One value per feature. NaN is a missing value: the point scores 0 and nothing is learned.</param>
    /// <returns>From 0 (usual) to below 1; larger is more anomalous, also among extreme points.</returns>
    /// <exception cref="ArgumentException">There are no values, another number of values than before, or one beyond ±1e75.</exception>
    public double Score(DateTimeOffset timestamp, ReadOnlySpan<double> values)
    {
        Check(values);
        foreach (var value in values)
        {
            if (double.IsNaN(value)) return 0;
        }
        if (FeatureCount == 0)
        {
            FeatureCount = values.Length;
            Begin();
        }
        var score = Next(timestamp, values);
        Count++;
        return score;
    }

    /// <summary>What was learned, in a compact versioned form from which <see cref="FromBytes"/> goes on bit by bit alike.</summary>
    public byte[] ToBytes() => Envelope.Write(this);

    /// <summary>Restores a detector.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a stored streaming detector, are damaged, or of an unknown version
    /// or algorithm.</exception>
    public static StreamingDetector FromBytes(ReadOnlySpan<byte> bytes) => Envelope.Read(bytes);

    /// <summary>Makes room for <see cref="FeatureCount"/> features.</summary>
    private protected abstract void Begin();

    /// <summary>Scores and learns a point of finite values.</summary>
    private protected abstract double Next(DateTimeOffset timestamp, ReadOnlySpan<double> values);

    private protected abstract void WriteState(ModelWriter writer);

    private protected abstract void ReadState(ref ModelReader reader);

    void IStoredDetector.WriteLearned(ModelWriter writer)
    {
        writer.Int(FeatureCount);
        writer.Array([Count]);
        if (FeatureCount > 0) WriteState(writer);
    }

    void IStoredDetector.ReadLearned(ref ModelReader reader)
    {
        FeatureCount = reader.Int();
        Count = reader.Array<long>()[0];
        if (FeatureCount == 0) return;
        Begin();
        ReadState(ref reader);
    }

    private void Check(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) throw new ArgumentException("values: expected at least one value, got none", nameof(values));
        if (FeatureCount > 0 && values.Length != FeatureCount)
            throw new ArgumentException($"values: expected {FeatureCount} values as before, got {values.Length}", nameof(values));
        for (var i = 0; i < values.Length; i++)
        {
            if (Math.Abs(values[i]) > Matrix.LargestNumber)
                throw new ArgumentException(
                    $"values[{i}]: expected a number from -{Matrix.LargestNumber} to {Matrix.LargestNumber} or NaN, got {values[i]}",
                    nameof(values));
        }
    }
}
