using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EventSourcedAnomaly.Datasets;

/// <summary>
/// Chunks as bytes for storing. One chunk always gives the same bytes, on every machine.
/// </summary>
/// <remarks>
/// Version 1, little-endian: <c>ESAC</c>, version (1 byte), rows (int32), columns (int32); per column its type and whether it has
/// missing cells (1 byte each), stored length and raw length (int32 each; equal when not compressed); the columns' data, Brotli
/// (RFC 7932); the first 16 bytes of the SHA-256 of all before. What a column's raw data are stands at <see cref="ColumnBytes"/>.
/// </remarks>
public static class ChunkCodec
{
    private const byte Version = 1;
    private const int HeaderBytes = 13;
    private const int ColumnHeaderBytes = 10;
    private const int DigestBytes = 16;

    /// <summary>The chunk as bytes.</summary>
    public static byte[] Encode(DatasetChunk chunk)
    {
        var columns = new (ChunkColumn Column, bool HasNulls, int RawLength, byte[] Stored)[chunk.Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = chunk.Columns[i];
            var raw = ColumnBytes.Of(column);
            columns[i] = (column, column.Nulls.Any, raw.Length, ChunkCompression.Compress(raw));
        }
        var dataStart = HeaderBytes + (columns.Length * ColumnHeaderBytes);
        var bytes = new byte[dataStart + columns.Sum(c => c.Stored.Length) + DigestBytes];
        "ESAC"u8.CopyTo(bytes);
        bytes[4] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(5), chunk.RowCount);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), columns.Length);
        var header = bytes.AsSpan(HeaderBytes, columns.Length * ColumnHeaderBytes);
        var data = bytes.AsSpan(dataStart);
        foreach (var (column, hasNulls, rawLength, stored) in columns)
        {
            header[0] = (byte)column.Type;
            header[1] = hasNulls ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteInt32LittleEndian(header[2..], stored.Length);
            BinaryPrimitives.WriteInt32LittleEndian(header[6..], rawLength);
            header = header[ColumnHeaderBytes..];
            stored.CopyTo(data);
            data = data[stored.Length..];
        }
        Digest(bytes.AsSpan(..^DigestBytes)).CopyTo(data);
        return bytes;
    }

    /// <summary>The chunk its bytes were made from.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a chunk, of an unknown version, cut short or altered.</exception>
    public static DatasetChunk Decode(ReadOnlySpan<byte> bytes)
    {
        var directory = ReadDirectory(bytes, out var rows);
        var columns = new ChunkColumn[directory.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = ReadColumn(bytes, directory[i], rows);
        return new DatasetChunk(columns);
    }

    /// <summary>One column of a chunk, without unpacking the others.</summary>
    /// <param name="bytes">The whole chunk.</param>
    /// <param name="column">Its position, from 0.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Decode"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public static ChunkColumn DecodeColumn(ReadOnlySpan<byte> bytes, int column)
    {
        var directory = ReadDirectory(bytes, out var rows);
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, directory.Length);
        return ReadColumn(bytes, directory[column], rows);
    }

    private static ChunkColumn ReadColumn(ReadOnlySpan<byte> bytes, ColumnEntry entry, int rows)
    {
        var raw = ChunkCompression.Expand(bytes[entry.Data], entry.RawLength);
        return ColumnBytes.Read(raw, entry.Type, entry.HasNulls, rows);
    }

    private static ColumnEntry[] ReadDirectory(ReadOnlySpan<byte> bytes, out int rows)
    {
        if (bytes.Length < HeaderBytes + DigestBytes || !bytes.StartsWith("ESAC"u8))
            throw new InvalidDataException("These bytes are not a chunk of a data set.");
        if (bytes[4] != Version)
            throw new InvalidDataException($"The chunk is of version {bytes[4]}; only version {Version} is known.");
        if (!Digest(bytes[..^DigestBytes]).SequenceEqual(bytes[^DigestBytes..]))
            throw new InvalidDataException("The chunk is damaged: its digest does not match.");
        rows = BinaryPrimitives.ReadInt32LittleEndian(bytes[5..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[9..]);
        long position = HeaderBytes + ((long)count * ColumnHeaderBytes);
        var end = bytes.Length - DigestBytes;
        if (rows < 0 || count < 1 || position > end)
            throw new InvalidDataException("The chunk's header contradicts its length.");
        var entries = new ColumnEntry[count];
        for (var i = 0; i < count; i++)
        {
            var header = bytes.Slice(HeaderBytes + (i * ColumnHeaderBytes), ColumnHeaderBytes);
            var stored = BinaryPrimitives.ReadInt32LittleEndian(header[2..]);
            if (stored < 0 || position + stored > end)
                throw new InvalidDataException("The chunk's columns reach beyond its end.");
            var data = new Range((int)position, (int)position + stored);
            entries[i] = new ColumnEntry((ColumnType)header[0], header[1] != 0, BinaryPrimitives.ReadInt32LittleEndian(header[6..]), data);
            position += stored;
        }
        return entries;
    }

    private static byte[] Digest(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes)[..DigestBytes];

    private readonly record struct ColumnEntry(ColumnType Type, bool HasNulls, int RawLength, Range Data);
}
