using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>The outer form of a stored detector of drift: "ESAR" in front, then what was learned.</summary>
internal static class DriftEnvelope
{
    private static readonly StoredForm Form = new("ESAR", 1, "detector of drift");

    public static byte[] Write(DriftDetector detector)
    {
        var writer = Form.Begin(detector.Algorithm, detector.Seed, detector.Parameters);
        detector.WriteLearned(writer);
        return StoredForm.Finish(writer);
    }

    public static DriftDetector Read(ReadOnlySpan<byte> bytes) => Form.Read(bytes, Content);

    private static DriftDetector Content(ref ModelReader reader)
    {
        var name = reader.Text();
        if (!DriftAlgorithms.TryResolve(name, out var algorithm))
            throw Form.Unknown(name);
        var seed = reader.Int();
        var detector = algorithm.Make(ParameterFormat.Read(ref reader, algorithm.Parameters), seed);
        detector.ReadLearned(ref reader);
        return detector;
    }
}
