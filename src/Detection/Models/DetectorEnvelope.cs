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
        // Detectors of columns without names are stored as they always were.
        if (detector.FeatureNames is { Count: > 0 } names)
        {
            writer.Int(names.Count);
            foreach (var feature in names) writer.Text(feature);
        }
        return StoredForm.Finish(writer);
    }

    /// <exception cref="InvalidDataException">The bytes are not such a detector, are damaged, or of an unknown version or
    /// algorithm.</exception>
    public T Read(ReadOnlySpan<byte> bytes) => Form.Read(bytes, Content);

    private static string[] Names(ref ModelReader reader)
    {
        var names = new string[reader.Count(sizeof(int))];
        for (var i = 0; i < names.Length; i++) names[i] = reader.Text();
        return names;
    }

    private T Content(ref ModelReader reader)
    {
        var name = reader.Text();
        var algorithm = Resolve(name) ?? throw Form.Unknown(name);
        var seed = reader.Int();
        var detector = algorithm.Make(ParameterFormat.Read(ref reader, algorithm.Parameters), seed);
        detector.ReadLearned(ref reader);
        if (!reader.AtEnd) detector.FeatureNames = Names(ref reader);
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

    /// <summary>Names of the columns it was fitted on; null where it has none.</summary>
    IReadOnlyList<string>? FeatureNames
    {
        get => null;
        set => throw new InvalidDataException("this kind of detector has no names of features");
    }

    void WriteLearned(ModelWriter writer);

    void ReadLearned(ref ModelReader reader);
}
