using System.Security.Cryptography;
using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// The outer form of a stored streaming detector: "ESAS", version, algorithm, seed, parameters, what was learned, and the SHA-256 of
/// all that. All numbers little-endian.
/// </summary>
internal static class StreamingEnvelope
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "ESAS"u8;

    public static byte[] Write(StreamingDetector detector)
    {
        var writer = new ModelWriter();
        writer.Raw(Magic);
        writer.Int(Version);
        writer.Text(detector.Algorithm);
        writer.Int(detector.Seed);
        ParameterFormat.Write(writer, detector.Parameters);
        detector.WriteLearned(writer);
        writer.Raw(SHA256.HashData(writer.Written));
        return writer.Written.ToArray();
    }

    public static StreamingDetector Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Magic.Length + SHA256.HashSizeInBytes || !bytes.StartsWith(Magic))
            throw new InvalidDataException("not a stored streaming detector: it does not start with 'ESAS'");
        var body = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            throw new InvalidDataException("the stored streaming detector is damaged: its SHA-256 does not match");
        var reader = new ModelReader(body[Magic.Length..]);
        var version = reader.Int();
        if (version != Version)
            throw new InvalidDataException($"stored streaming detector of format version {version}; this library reads version {Version}");
        var name = reader.Text();
        if (!StreamingAlgorithms.TryResolve(name, out var algorithm))
            throw new InvalidDataException($"stored streaming detector of an unknown algorithm '{name}'");
        var seed = reader.Int();
        var detector = algorithm.Make(ParameterFormat.Read(ref reader), seed);
        detector.ReadLearned(ref reader);
        return reader.AtEnd ? detector : throw new InvalidDataException("the stored streaming detector has bytes left over");
    }
}
