using System.IO.Compression;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>
/// A gzip file followed by one more gzip member with known content, the seal. .NET's decompressor takes the end of its input for the
/// end of the data; only when every member before is whole does the seal come out at the end.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="length">How many of its bytes are data; what follows is padding.</param>
internal sealed class SealedGzip(Stream file, long length) : Stream
{
    private readonly MemoryStream _seal = new(Compressed(Seal));
    private long _rest = length;

    /// <summary>What must be the last bytes that come out.</summary>
    public static ReadOnlySpan<byte> Seal => "end of the file, whole"u8;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var read = _rest == 0 ? 0 : file.Read(buffer[..(int)Math.Min(buffer.Length, _rest)]);
        _rest = read == 0 ? 0 : _rest - read;
        return read > 0 ? read : _seal.Read(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] Compressed(ReadOnlySpan<byte> content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
            gzip.Write(content);
        return target.ToArray();
    }
}
