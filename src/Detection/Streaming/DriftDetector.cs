using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// Watches a stream of numbers for a change of their distribution, one number at a time in bounded memory. The same seed and the same
/// numbers give the same answers, also across <see cref="ToBytes"/> and <see cref="FromBytes"/>.
/// </summary>
public abstract class DriftDetector : IStoredDetector
{
    private static readonly DetectorEnvelope<DriftDetector> Envelope = new(
        new StoredForm("ESAR", 1, "detector of drift"),
        name => DriftAlgorithms.TryResolve(name, out var known) ? new(known.Parameters, known.Make) : null);

    private protected DriftDetector(DriftAlgorithmInfo algorithm, int seed, params (string Name, object Value)[] parameters) =>
        (Info, Seed, Parameters) = (algorithm, seed, ParameterSet.Restore(
            algorithm.Parameters, parameters.Select(p => new KeyValuePair<string, object?>(p.Name, p.Value))));

    /// <summary>The canonical name, e.g. <c>ADWIN</c>.</summary>
    public string Algorithm => Info.Name;

    public DriftAlgorithmInfo Info { get; }

    /// <summary>The hyper-parameters, defaults included.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The seed of every random choice.</summary>
    public int Seed { get; }

    /// <summary>Numbers seen since the beginning.</summary>
    public long Count { get; private set; }

    /// <summary>Takes the next number.</summary>
    /// <returns>Whether a change is detected at this number; the detector has then forgotten what was before the change.</returns>
    /// <exception cref="ArgumentException">The number is NaN or beyond ±1e75.</exception>
    public bool Update(double value)
    {
        if (!(Math.Abs(value) <= Matrix.LargestNumber))
            throw new ArgumentException($"value: expected a number from -{Matrix.LargestNumber} to {Matrix.LargestNumber}, got {value}",
                nameof(value));
        Count++;
        return Detects(value);
    }

    /// <summary>What was learned, in a compact versioned form from which <see cref="FromBytes"/> goes on bit by bit alike.</summary>
    public byte[] ToBytes() => Envelope.Write(this);

    /// <summary>Restores a detector.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a stored detector of drift, are damaged, or of an unknown version or
    /// algorithm.</exception>
    public static DriftDetector FromBytes(ReadOnlySpan<byte> bytes) => Envelope.Read(bytes);

    private protected abstract bool Detects(double value);

    private protected abstract void WriteState(ModelWriter writer);

    private protected abstract void ReadState(ref ModelReader reader);

    void IStoredDetector.WriteLearned(ModelWriter writer)
    {
        writer.Array([Count]);
        WriteState(writer);
    }

    void IStoredDetector.ReadLearned(ref ModelReader reader)
    {
        Count = reader.Array<long>()[0];
        ReadState(ref reader);
    }

    private protected static double Within(double value, double minimum, double maximum, string parameter) =>
        value > minimum && value < maximum
            ? value
            : throw new ParameterException(parameter, $"a number in ({minimum}, {maximum})", $"{value}");

    private protected static int AtLeast(int value, int minimum, string parameter) =>
        value >= minimum ? value : throw new ParameterException(parameter, $"an integer >= {minimum}", $"{value}");
}
