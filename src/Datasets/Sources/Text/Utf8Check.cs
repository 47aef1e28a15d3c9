using System.Text;
using System.Text.Unicode;

namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>Follows a text block by block and refuses what is not UTF-8 (RFC 3629) or holds NUL bytes, naming the byte.</summary>
internal sealed class Utf8Check
{
    private long _offset;

    /// <summary>Checks the next bytes; a character cut at their end is left for the next call.</summary>
    /// <returns>How many bytes were checked; the caller offers the rest (at most 3) again.</returns>
    public int Advance(ReadOnlySpan<byte> block, bool isLast)
    {
        var whole = isLast ? block : block[..^CutCharacter(block)];
        var nul = whole.IndexOf((byte)0);
        if (nul >= 0)
            throw DatasetException.OfFile(DatasetError.Binary,
                $"The file holds a NUL byte at offset {_offset + nul}: it is binary, or UTF-16 without a byte order mark.");
        if (!Utf8.IsValid(whole))
        {
            var offset = _offset + FirstInvalid(whole);
            throw new DatasetException(
                DatasetError.Encoding, "encoding",
                $"The byte at offset {offset} is not UTF-8. Save the file as UTF-8, or state its encoding (latin-1, utf-16).");
        }
        _offset += whole.Length;
        return whole.Length;
    }

    /// <summary>Checks a whole file.</summary>
    public static void CheckFile(string path, CancellationToken ct)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var check = new Utf8Check();
        var block = new byte[1 << 18];
        var kept = 0;
        for (var read = -1; read != 0;)
        {
            ct.ThrowIfCancellationRequested();
            read = file.Read(block.AsSpan(kept));
            var filled = kept + read;
            var done = check.Advance(block.AsSpan(0, filled), isLast: read == 0);
            block.AsSpan(done, filled - done).CopyTo(block);
            kept = filled - done;
        }
    }

    /// <summary>The bytes of an unfinished character at the end of a block.</summary>
    private static int CutCharacter(ReadOnlySpan<byte> block)
    {
        for (var back = 1; back <= Math.Min(3, block.Length); back++)
        {
            var value = block[^back];
            if (value < 0x80)
                return 0;
            if (value >= 0xC0)
                return back < (value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : 2) ? back : 0;
        }
        return 0;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> block)
    {
        var position = 0;
        while (position < block.Length
            && Rune.DecodeFromUtf8(block[position..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            position += consumed;
        return position;
    }
}
