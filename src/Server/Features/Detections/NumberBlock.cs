using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>
/// Float64 numbers as bytes: a tag that says whether the rest is compressed (1) or not (0), their count, and their
/// little-endian bits, so that what is read is to the bit what was written.
/// </summary>
internal static class NumberBlock
{
    private const int HeaderLength = 9;
    private const int WorthCompressing = 4096;

    public static byte[] Encode(ReadOnlySpan<double> numbers)
    {
        var raw = MemoryMarshal.AsBytes(numbers);
        if (raw.Length < WorthCompressing)
        {
            var plain = new byte[HeaderLength + raw.Length];
            BinaryPrimitives.WriteInt64LittleEndian(plain.AsSpan(1), numbers.Length);
            raw.CopyTo(plain.AsSpan(HeaderLength));
            return plain;
        }

        using var output = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderLength];
        header[0] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(header[1..], numbers.Length);
        output.Write(header);
        using (var brotli = new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(raw);
        }

        return output.ToArray();
    }

    public static double[] Decode(byte[] bytes)
    {
        var numbers = new double[BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(1))];
        var raw = MemoryMarshal.AsBytes(numbers.AsSpan());
        if (bytes[0] == 0)
        {
            bytes.AsSpan(HeaderLength).CopyTo(raw);
        }
        else
        {
            using var brotli =
                new BrotliStream(new MemoryStream(bytes, HeaderLength, bytes.Length - HeaderLength), CompressionMode.Decompress);
            brotli.ReadExactly(raw);
        }

        return numbers;
    }
}
