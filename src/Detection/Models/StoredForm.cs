using System.Security.Cryptography;
using System.Text;

namespace EventSourcedAnomaly.Detection.Models;

/// <summary>
/// What every stored detector begins and ends with: four letters, the version of the form, algorithm, seed and parameters in front,
/// the SHA-256 of everything behind. All numbers little-endian.
/// </summary>
/// <param name="Magic">The four letters.</param>
/// <param name="Version">The version that is written and read.</param>
/// <param name="What">What it is, for messages.</param>
internal sealed record StoredForm(string Magic, int Version, string What)
{
    public ModelWriter Begin(string algorithm, int seed, ParameterSet parameters)
    {
        var writer = new ModelWriter();
        writer.Raw(Encoding.ASCII.GetBytes(Magic));
        writer.Int(Version);
        writer.Text(algorithm);
        writer.Int(seed);
        ParameterFormat.Write(writer, parameters);
        return writer;
    }

    public static byte[] Finish(ModelWriter writer)
    {
        writer.Raw(SHA256.HashData(writer.Written));
        return writer.Written.ToArray();
    }

    /// <summary>Checks the frame and leaves the reader at the algorithm's name.</summary>
    public ModelReader Open(ReadOnlySpan<byte> bytes)
    {
        var magic = Encoding.ASCII.GetBytes(Magic);
        if (bytes.Length < magic.Length + SHA256.HashSizeInBytes || !bytes.StartsWith(magic))
            throw new InvalidDataException($"not a stored {What}: it does not start with '{Magic}'");
        var body = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            throw new InvalidDataException($"the stored {What} is damaged: its SHA-256 does not match");
        var reader = new ModelReader(body[magic.Length..]);
        var version = reader.Int();
        return version == Version
            ? reader
            : throw new InvalidDataException($"stored {What} of format version {version}; this library reads version {Version}");
    }

    public T Whole<T>(T detector, ModelReader reader) =>
        reader.AtEnd ? detector : throw new InvalidDataException($"the stored {What} has bytes left over");

    public InvalidDataException Unknown(string algorithm) => new($"stored {What} of an unknown algorithm '{algorithm}'");
}
