using System.IO.Compression;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Brotli at its fastest: unlike deflate's, its output does not depend on the processor.</summary>
internal static class ChunkCompression
{
    private const int Quality = 1;
    private const int Window = 22;

    /// <summary>The data compressed, or as they are when that would not make them smaller.</summary>
    public static byte[] Compress(byte[] raw)
    {
        var target = new byte[BrotliEncoder.GetMaxCompressedLength(raw.Length)];
        return BrotliEncoder.TryCompress(raw, target, out var written, Quality, Window) && written < raw.Length ? target[..written] : raw;
    }

    public static ReadOnlySpan<byte> Expand(ReadOnlySpan<byte> stored, int rawLength)
    {
        if (stored.Length == rawLength)
            return stored;
        if (rawLength < stored.Length)
            throw new InvalidDataException("A column of the chunk is stored longer than it is.");
        var raw = new byte[rawLength];
        return BrotliDecoder.TryDecompress(stored, raw, out var written) && written == rawLength
            ? raw
            : throw new InvalidDataException("A column of the chunk cannot be decompressed.");
    }
}
