using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Models;

/// <summary>The outer form of a stored model: "ESAD" in front, then what every detector learns and what this algorithm learns.</summary>
internal static class ModelEnvelope
{
    private static readonly StoredForm Form = new("ESAD", 1, "detector");

    public static byte[] Write(Detector detector)
    {
        var writer = Form.Begin(detector.Algorithm, detector.Seed, detector.Parameters);
        detector.WriteFitted(writer);
        return StoredForm.Finish(writer);
    }

    public static Detector Read(ReadOnlySpan<byte> bytes) => Form.Read(bytes, Content);

    private static Detector Content(ref ModelReader reader)
    {
        var name = reader.Text();
        // a foreign model is stored like the others, though none can be created by name
        var algorithm = string.Equals(name, OnnxModel.Definition.Name, StringComparison.Ordinal) ? OnnxModel.Definition
            : Algorithms.TryResolve(name, out var known) ? known
            : throw Form.Unknown(name);
        var seed = reader.Int();
        var detector = algorithm.Make(ParameterFormat.Read(ref reader, algorithm.Parameters), seed);
        detector.ReadFitted(ref reader);
        return detector;
    }
}
