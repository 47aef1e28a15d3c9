using System.Buffers;
using System.IO.Compression;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>Decompresses gzip (RFC 1952) into a file, and stops when it grows beyond all measure.</summary>
internal static class GzipExpansion
{
    private const int BlockBytes = 1 << 18;

    /// <summary>Real tables compress up to about a hundredfold, deflate reaches a thousandfold on nothing but repetition.</summary>
    private const long MaxRatio = 250;

    /// <summary>Below this size the ratio says nothing.</summary>
    private const long AlwaysAllowedBytes = 16 << 20;

    /// <summary>Checksum and length at the end of a gzip member.</summary>
    private const long TrailerBytes = 8;

    private const int MaxPaddingBytes = 1 << 20;

    public static bool IsGzip(ReadOnlySpan<byte> start) => start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);

    public static void Expand(string source, string target, long maxExpandedBytes, CancellationToken ct)
    {
        using var input = File.OpenRead(source);
        var padding = Padding(input);
        // Tapes and some programs fill up the last block with zeros; a few of them may belong to the data's own length.
        for (var own = Math.Min(padding, TrailerBytes); ; own--)
        {
            try
            {
                Expand(input, input.Length - padding + own, target, maxExpandedBytes, ct);
                return;
            }
            catch (InvalidDataException) when (own > 0)
            {
                continue;
            }
            catch (InvalidDataException e)
            {
                throw DatasetException.OfFile(DatasetError.Corrupt, $"The gzip data is damaged or cut short: {e.Message}");
            }
        }
    }

    /// <summary>How many zeros the file ends with; no more than a tape's block are looked for.</summary>
    private static long Padding(FileStream input)
    {
        var end = new byte[Math.Min(input.Length, MaxPaddingBytes)];
        input.Position = input.Length - end.Length;
        input.ReadExactly(end);
        return end.Length - 1 - end.AsSpan().LastIndexOfAnyExcept((byte)0);
    }

    private static void Expand(FileStream input, long length, string target, long maxExpandedBytes, CancellationToken ct)
    {
        input.Position = 0;
        using var whole = new SealedGzip(input, length);
        using var gzip = new GZipStream(whole, CompressionMode.Decompress);
        using var output = File.Create(target);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var allowed = Math.Min(maxExpandedBytes, Math.Max(AlwaysAllowedBytes, input.Length * MaxRatio));
            long written = 0;
            for (int read; (read = gzip.Read(block)) > 0; written += read)
            {
                ct.ThrowIfCancellationRequested();
                if (written + read > allowed + SealedGzip.Seal.Length)
                    throw Bomb(input.Length, allowed);
                output.Write(block, 0, read);
            }
            BreakSeal(output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static void BreakSeal(FileStream output)
    {
        Span<byte> end = stackalloc byte[SealedGzip.Seal.Length];
        var content = output.Length - end.Length;
        output.Position = Math.Max(content, 0);
        if (content < 0 || output.ReadAtLeast(end, end.Length, throwOnEndOfStream: false) < end.Length
            || !end.SequenceEqual(SealedGzip.Seal))
            throw new InvalidDataException("its end is missing.");
        output.SetLength(content);
    }

    private static DatasetException Bomb(long compressed, long allowed) => DatasetException.OfFile(
        DatasetError.Bomb,
        $"The file's {compressed:N0} bytes expand to more than the {allowed:N0} bytes that are allowed for them. Upload it in parts.");
}
