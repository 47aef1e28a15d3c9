using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EventSourcedAnomaly.Datasets;

/// <summary>
/// A column's raw bytes: its null mask if it has missing cells, then its values. Doubles lie byte-shuffled (all first bytes, all second
/// bytes, …), integers and times as shuffled zigzag differences to the row before, truth values as bits, texts as shuffled int32 lengths
/// followed by their UTF-8: forms in which like stands beside like, which the compression needs.
/// </summary>
internal static class ColumnBytes
{
    public static byte[] Of(ChunkColumn column)
    {
        ReadOnlySpan<byte> mask = column.Nulls.Any ? column.Nulls.Bits : [];
        var values = column switch
        {
            Float64Column c => ByteShuffle.Apply(MemoryMarshal.AsBytes(c.Values), sizeof(double)),
            Int64Column c => Differences(c.Values),
            TimestampColumn c => Differences(c.Microseconds),
            BooleanColumn c => Bits(c.Values),
            TextColumn c => Texts(c.Values),
            _ => throw new ArgumentException("An unknown kind of column.", nameof(column)),
        };
        return mask.IsEmpty ? values : [.. mask, .. values];
    }

    public static ChunkColumn Read(ReadOnlySpan<byte> raw, ColumnType type, bool hasNulls, int rows)
    {
        var maskLength = hasNulls ? (rows + 7) / 8 : 0;
        Require(raw.Length >= maskLength);
        var nulls = hasNulls ? new NullMask(raw[..maskLength].ToArray()) : NullMask.ForRows(rows);
        var values = raw[maskLength..];
        return type switch
        {
            ColumnType.Float64 => new Float64Column(Doubles(values, rows), nulls),
            ColumnType.Int64 => new Int64Column(Sums(values, rows), nulls),
            ColumnType.Timestamp => new TimestampColumn(Sums(values, rows), nulls),
            ColumnType.Boolean => new BooleanColumn(Truths(values, rows), nulls),
            ColumnType.Text => new TextColumn(Strings(values, rows), nulls),
            _ => throw new InvalidDataException($"The chunk has a column of the unknown type {(int)type}."),
        };
    }

    private static double[] Doubles(ReadOnlySpan<byte> bytes, int rows)
    {
        Require(bytes.Length == (long)rows * sizeof(double));
        var values = new double[rows];
        ByteShuffle.Undo(bytes, MemoryMarshal.AsBytes(values.AsSpan()), sizeof(double));
        return values;
    }

    private static byte[] Differences(ReadOnlySpan<long> values)
    {
        var differences = new long[values.Length];
        long previous = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var difference = unchecked(values[i] - previous);
            differences[i] = (difference << 1) ^ (difference >> 63);
            previous = values[i];
        }
        return ByteShuffle.Apply(MemoryMarshal.AsBytes<long>(differences), sizeof(long));
    }

    private static long[] Sums(ReadOnlySpan<byte> bytes, int rows)
    {
        Require(bytes.Length == (long)rows * sizeof(long));
        var values = new long[rows];
        ByteShuffle.Undo(bytes, MemoryMarshal.AsBytes(values.AsSpan()), sizeof(long));
        long previous = 0;
        for (var i = 0; i < rows; i++)
        {
            var difference = (long)((ulong)values[i] >> 1) ^ -(values[i] & 1);
            previous = unchecked(previous + difference);
            values[i] = previous;
        }
        return values;
    }

    private static byte[] Bits(ReadOnlySpan<bool> values)
    {
        var bits = NullMask.ForRows(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i])
                bits.Set(i);
        }
        return bits.Bits.ToArray();
    }

    private static bool[] Truths(ReadOnlySpan<byte> bytes, int rows)
    {
        Require(bytes.Length == ((long)rows + 7) / 8);
        var bits = new NullMask(bytes.ToArray());
        var values = new bool[rows];
        for (var i = 0; i < rows; i++)
            values[i] = bits[i];
        return values;
    }

    private static byte[] Texts(ReadOnlySpan<string> values)
    {
        var lengths = new byte[values.Length * sizeof(int)];
        var total = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var length = Encoding.UTF8.GetByteCount(values[i]);
            BinaryPrimitives.WriteInt32LittleEndian(lengths.AsSpan(i * sizeof(int)), length);
            total = checked(total + length);
        }
        var bytes = new byte[checked(lengths.Length + total)];
        ByteShuffle.Apply(lengths, sizeof(int)).CopyTo(bytes, 0);
        var position = lengths.Length;
        foreach (var value in values)
            position += Encoding.UTF8.GetBytes(value, bytes.AsSpan(position));
        return bytes;
    }

    private static string[] Strings(ReadOnlySpan<byte> bytes, int rows)
    {
        Require(bytes.Length >= (long)rows * sizeof(int));
        var lengths = new int[rows];
        ByteShuffle.Undo(bytes[..(rows * sizeof(int))], MemoryMarshal.AsBytes(lengths.AsSpan()), sizeof(int));
        bytes = bytes[(rows * sizeof(int))..];
        var values = new string[rows];
        for (var i = 0; i < rows; i++)
        {
            Require(lengths[i] >= 0 && lengths[i] <= bytes.Length);
            values[i] = Encoding.UTF8.GetString(bytes[..lengths[i]]);
            bytes = bytes[lengths[i]..];
        }
        Require(bytes.IsEmpty);
        return values;
    }

    private static void Require(bool holds)
    {
        if (!holds)
            throw new InvalidDataException("A column of the chunk does not have the length its rows need.");
    }
}
