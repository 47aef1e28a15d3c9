using System.Security.Cryptography;

namespace EventSourcedAnomaly.Detection.Models;

/// <summary>
/// The outer form of a stored model: "ESAD", version, algorithm, parameters, seed, what every detector learns, what this algorithm
/// learns, and the SHA-256 of all that. All numbers little-endian.
/// </summary>
internal static class ModelEnvelope
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "ESAD"u8;

    public static byte[] Write(Detector detector)
    {
        var writer = new ModelWriter();
        writer.Raw(Magic);
        writer.Int(Version);
        writer.Text(detector.Algorithm);
        writer.Int(detector.Seed);
        ParameterFormat.Write(writer, detector.Parameters);
        detector.WriteFitted(writer);
        writer.Raw(SHA256.HashData(writer.Written));
        return writer.Written.ToArray();
    }

    public static Detector Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Magic.Length + SHA256.HashSizeInBytes || !bytes.StartsWith(Magic))
            throw new InvalidDataException("not a stored detector: it does not start with 'ESAD'");
        var body = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            throw new InvalidDataException("the stored detector is damaged: its SHA-256 does not match");
        var reader = new ModelReader(body[Magic.Length..]);
        var version = reader.Int();
        if (version != Version)
            throw new InvalidDataException($"stored detector of format version {version}; this library reads version {Version}");
        var name = reader.Text();
        if (!Algorithms.TryResolve(name, out var algorithm))
            throw new InvalidDataException($"stored detector of an unknown algorithm '{name}'");
        var seed = reader.Int();
        var parameters = ParameterFormat.Read(ref reader);
        var detector = algorithm.Make(parameters, seed);
        detector.ReadFitted(ref reader);
        return reader.AtEnd ? detector : throw new InvalidDataException("the stored detector has bytes left over");
    }
}
