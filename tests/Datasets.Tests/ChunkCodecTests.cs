using System.Security.Cryptography;

namespace EventSourcedAnomaly.Datasets.Tests;

public sealed class ChunkCodecTests : UploadFolder
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1000)]
    public void What_was_encoded_is_decoded(int rows)
    {
        var chunk = Random(rows, seed: rows);

        var back = ChunkCodec.Decode(ChunkCodec.Encode(chunk));

        Assert.Equal(chunk.Columns.Select(c => c.Type), back.Columns.Select(c => c.Type));
        Assert.Equal(RowsOf(chunk), RowsOf(back));
    }

    [Fact]
    public void One_column_can_be_decoded_alone()
    {
        var chunk = Random(500, seed: 3);
        var bytes = ChunkCodec.Encode(chunk);

        for (var i = 0; i < chunk.Columns.Count; i++)
            Assert.Equal(Enumerable.Range(0, 500).Select(r => chunk.Columns[i][r]),
                Enumerable.Range(0, 500).Select(r => ChunkCodec.DecodeColumn(bytes, i)[r]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkCodec.DecodeColumn(bytes, chunk.Columns.Count));
    }

    [Fact]
    public void The_same_rows_always_give_the_same_bytes()
    {
        var path = Write("a.csv", "x,s\n1.5,a\n,\n2.5,b\n");
        byte[] Encoded()
        {
            using var file = Open(path);
            return ChunkCodec.Encode(file.ReadChunks(10, CancellationToken.None).Single());
        }

        Assert.Equal(Encoded(), Encoded());
    }

    [Fact]
    public void The_stored_format_of_version_1_does_not_change()
    {
        var chunk = new DatasetChunk(
            [new Int64Column([1, 2, 0, 4], new NullMask([0b0100])), new TextColumn(["a", "", "é", ""], NullMask.ForRows(4))]);

        // Header; directory; mask and zigzag differences 2, 2, 3, 8; lengths 1, 0, 2, 0 and "aé".
        byte[] expected =
        [
            .. "ESAC"u8, 1, 4, 0, 0, 0, 2, 0, 0, 0,
        ];
        var bytes = ChunkCodec.Encode(chunk);

        Assert.Equal(expected, bytes[..13]);
        Assert.Equal(SHA256.HashData(bytes.AsSpan(..^16)).AsSpan(..16), bytes.AsSpan(^16..));
        Assert.Equal([1, 1], bytes[13..15]);
        Assert.Equal([4, 0], bytes[23..25]);
    }

    [Fact]
    public void A_changed_or_missing_byte_is_noticed()
    {
        var bytes = ChunkCodec.Encode(Random(20, seed: 5));
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => ChunkCodec.Decode(changed));
        }
        Assert.Throws<InvalidDataException>(() => ChunkCodec.Decode(bytes.AsSpan(..^1)));
        Assert.Throws<InvalidDataException>(() => ChunkCodec.Decode([]));
    }

    [Fact]
    public void Numbers_come_as_doubles_with_nan_for_what_is_missing()
    {
        var mask = new NullMask([0b10]);
        var chunk = new DatasetChunk(
            [
                new Float64Column([1.5, 0, -2], mask), new Int64Column([3, 0, 4], mask), new BooleanColumn([true, false, false], mask),
                new TimestampColumn([1_500_000, 0, -1_000_000], mask), new TextColumn(["a", "", "b"], mask),
            ]);

        Assert.Equal([1.5, double.NaN, -2], chunk.ToDoubles(0));
        Assert.Equal([3, double.NaN, 4], chunk.ToDoubles(1));
        Assert.Equal([1, double.NaN, 0], chunk.ToDoubles(2));
        Assert.Equal([1.5, double.NaN, -1], chunk.ToDoubles(3));
        Assert.Throws<InvalidOperationException>(() => chunk.ToDoubles(4));
    }

    private static DatasetChunk Random(int rows, int seed)
    {
        var random = new Random(seed);
        var mask = new byte[(rows + 7) / 8];
        for (var i = 0; i < rows; i++)
            mask[i >> 3] |= (byte)(random.Next(4) == 0 ? 1 << (i & 7) : 0);
        T[] Draw<T>(Func<T> draw) => [.. Enumerable.Range(0, rows).Select(_ => draw())];
        return new DatasetChunk(
            [
                new Float64Column(Draw(() => random.NextDouble() * Math.Pow(10, random.Next(-300, 300))), NullMask.ForRows(rows)),
                new Int64Column(Draw(() => random.NextInt64(long.MinValue, long.MaxValue)), new NullMask(mask)),
                new TimestampColumn(Draw(() => random.NextInt64(0, 4_000_000_000_000_000)), NullMask.ForRows(rows)),
                new BooleanColumn(Draw(() => random.Next(2) == 0), new NullMask(mask)),
                new TextColumn(Draw(() => new string('é', random.Next(20)) + random.Next(100)), NullMask.ForRows(rows)),
                new Int64Column(Draw(() => 5L), NullMask.ForRows(rows)),
            ]);
    }
}
