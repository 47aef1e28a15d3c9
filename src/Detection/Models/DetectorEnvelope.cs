namespace EventSourcedAnomaly.Detection.Models;

/// <summary>
/// The outer form of a stored detector of any kind: what <see cref="StoredForm"/> puts in front, algorithm, seed and hyper-parameters
/// among it, then what was learned.
/// </summary>
/// <typeparam name="T">The kind of detector.</typeparam>
/// <param name="Form">The frame, by whose four letters the kinds are told apart.</param>
/// <param name="Resolve">Finds an algorithm by its name; null where there is none of that name.</param>
internal sealed record DetectorEnvelope<T>(StoredForm Form, Func<string, DetectorFactory<T>?> Resolve)
    where T : IStoredDetector
{
    public byte[] Write(T detector) => Write(Form, detector);

    public static byte[] Write(StoredForm form, T detector)
    {
        var writer = form.Begin(detector.Algorithm, detector.Seed, detector.Parameters);
        detector.WriteLearned(writer);
        return StoredForm.Finish(writer);
    }

    /// <exception cref="InvalidDataException">The bytes are not such a detector, are damaged, or of an unknown version or
    /// algorithm.</exception>
    public T Read(ReadOnlySpan<byte> bytes) => Form.Read(bytes, Content);

    private T Content(ref ModelReader reader)
    {
        var name = reader.Text();
        var algorithm = Resolve(name) ?? throw Form.Unknown(name);
        var seed = reader.Int();
        var detector = algorithm.Make(ParameterFormat.Read(ref reader, algorithm.Parameters), seed);
        detector.ReadLearned(ref reader);
        return detector;
    }
}

/// <summary>Makes detectors of one algorithm.</summary>
/// <typeparam name="T">The kind of detector.</typeparam>
/// <param name="Parameters">The algorithm's hyper-parameters.</param>
/// <param name="Make">Makes a detector that has learned nothing from hyper-parameters and seed.</param>
internal sealed record DetectorFactory<T>(IReadOnlyList<ParameterInfo> Parameters, Func<ParameterSet, int, T> Make);

/// <summary>What the envelope has to know of a detector.</summary>
internal interface IStoredDetector
{
    string Algorithm { get; }

    int Seed { get; }

    ParameterSet Parameters { get; }

    void WriteLearned(ModelWriter writer);

    void ReadLearned(ref ModelReader reader);
}
