using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

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

    /// <summary>Reads what stands behind the frame, beginning with the algorithm's name.</summary>
    public delegate T Content<T>(ref ModelReader reader);

    /// <summary>Checks the frame, reads the content and sees to it that nothing is left over.</summary>
    /// <exception cref="InvalidDataException">The bytes are cut, damaged, of another version, or do not fit together.</exception>
    public T Read<T>(ReadOnlySpan<byte> bytes, Content<T> content) => Whole(Open(bytes), content);

    /// <summary>Reads content that was stored without a frame.</summary>
    /// <inheritdoc cref="Read{T}" path="/exception"/>
    public T ReadBare<T>(ReadOnlySpan<byte> bytes, Content<T> content) => Whole(new ModelReader(bytes), content);

    /// <summary>Whether the bytes begin with the four letters.</summary>
    public bool IsMarked(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Encoding.ASCII.GetBytes(Magic));

    private T Whole<T>(ModelReader reader, Content<T> content)
    {
        try
        {
            var whole = content(ref reader);
            return reader.AtEnd ? whole : throw new InvalidDataException($"the stored {What} has bytes left over");
        }
        catch (Exception misfit) when (misfit is ArgumentException or ArithmeticException or FormatException or IndexOutOfRangeException
            or InvalidCastException or InvalidOperationException or JsonException or KeyNotFoundException or NullReferenceException
            or OutOfMemoryException)
        {
            throw new InvalidDataException($"the stored {What} is damaged: its parts do not fit together ({misfit.Message})", misfit);
        }
    }

    private ModelReader Open(ReadOnlySpan<byte> bytes)
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

    public InvalidDataException Unknown(string algorithm) => new($"stored {What} of an unknown algorithm '{algorithm}'");
}
