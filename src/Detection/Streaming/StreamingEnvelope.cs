using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>The outer form of a stored streaming detector: "ESAS" in front, then what was learned.</summary>
internal static class StreamingEnvelope
{
    private static readonly StoredForm Form = new("ESAS", 2, "streaming detector");

    public static byte[] Write(StreamingDetector detector)
    {
        var writer = Form.Begin(detector.Algorithm, detector.Seed, detector.Parameters);
        detector.WriteLearned(writer);
        return StoredForm.Finish(writer);
    }

    public static StreamingDetector Read(ReadOnlySpan<byte> bytes) => Form.Read(bytes, Content);

    private static StreamingDetector Content(ref ModelReader reader)
    {
        var name = reader.Text();
        if (!StreamingAlgorithms.TryResolve(name, out var algorithm))
            throw Form.Unknown(name);
        var seed = reader.Int();
        var detector = algorithm.Make(ParameterFormat.Read(ref reader, algorithm.Parameters), seed);
        detector.ReadLearned(ref reader);
        return detector;
    }
}
