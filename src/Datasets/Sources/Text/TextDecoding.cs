using System.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>Which encoding a text file is in, and its translation to UTF-8.</summary>
internal static class TextDecoding
{
    private const int BlockChars = 1 << 16;

    /// <summary>The encoding to translate from, or null when the file is to be read as UTF-8.</summary>
    public static Encoding? Detect(ReadOnlySpan<byte> start, string? stated) => stated?.ToLowerInvariant().Replace('_', '-') switch
    {
        null => ByteOrderMark(start),
        "utf-8" or "utf8" or "utf-8-sig" or "ascii" or "us-ascii" => null,
        "latin-1" or "latin1" or "iso-8859-1" => Encoding.Latin1,
        "utf-16" or "utf16" => ByteOrderMark(start) ?? Utf16(bigEndian: false),
        "utf-16le" or "utf-16-le" => Utf16(bigEndian: false),
        "utf-16be" or "utf-16-be" => Utf16(bigEndian: true),
        _ => throw new DatasetException(DatasetError.Encoding,
            "encoding", $"'{stated}' is not an encoding that is read; use utf-8, latin-1 or utf-16."),
    };

    public static void Translate(string source, Encoding encoding, string target, CancellationToken ct)
    {
        using var reader = new StreamReader(source, encoding, detectEncodingFromByteOrderMarks: false);
        using var writer = new StreamWriter(target, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var block = new char[BlockChars];
        try
        {
            if (reader.Peek() == '\uFEFF')
                _ = reader.Read();
            for (int read; (read = reader.ReadBlock(block)) > 0;)
            {
                ct.ThrowIfCancellationRequested();
                writer.Write(block.AsSpan(0, read));
            }
        }
        catch (DecoderFallbackException e)
        {
            throw new DatasetException(DatasetError.Encoding, "encoding", $"The file is not valid {encoding.WebName}: {e.Message}");
        }
    }

    private static Encoding? ByteOrderMark(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
            return Utf16(bigEndian: false);
        return start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Utf16(bigEndian: true) : null;
    }

    private static UnicodeEncoding Utf16(bool bigEndian) => new(bigEndian, byteOrderMark: true, throwOnInvalidBytes: true);
}
