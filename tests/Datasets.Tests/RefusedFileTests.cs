using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace EventSourcedAnomaly.Datasets.Tests;

/// <summary>A file that is not a table is refused with what is wrong and where; nothing of it stays in the temporary directory.</summary>
public sealed class RefusedFileTests : UploadFolder
{
    [Theory]
    [InlineData("", DatasetError.Empty, "empty")]
    [InlineData("\n\r\n\n", DatasetError.Empty, "blank lines")]
    [InlineData("a,b\n", DatasetError.NoRows, "header but no rows")]
    [InlineData("a,b\n1,2\n1,2,3\n", DatasetError.RaggedRow, "Line 3 has 3 fields where 2 were expected")]
    [InlineData("a,b\n\"x\n y\",2\n1\n", DatasetError.RaggedRow, "Line 4 has 1 fields")]
    [InlineData("a,b\n1,2\nNaN,3\n", DatasetError.NonFinite, "Row 2 (line 3), column 'a'")]
    [InlineData("a,b\n1,2\n1,-inf\n", DatasetError.NonFinite, "Row 2 (line 3), column 'b'")]
    [InlineData("a,b\n1,1e999\n", DatasetError.NonFinite, "Row 1 (line 2), column 'b'")]
    [InlineData("a,b,a\n1,2,3\n", DatasetError.DuplicateColumn, "Columns 1 and 3 are both named 'a'")]
    [InlineData("a\n1\n1e155\n2\n", DatasetError.OutOfRange, "Row 2 (line 3), column 'a'")]
    [InlineData("a,b\r\n1,2\r\n3\r4,5\r\n", DatasetError.RaggedRow, "Line 3 has 1 fields")]
    [InlineData("a,b\n1,\"x\n2,3\n", DatasetError.Quotes, "line 2 is not closed")]
    [InlineData("a,b\n1,\"x\"y\n", DatasetError.Quotes, "line 2 goes on after a closing quote")]
    [InlineData("a,b\n1,\0\n", DatasetError.Binary, "offset 6")]
    public void A_csv_file_is_refused_with_the_place_of_its_fault(string csv, string code, string place)
    {
        var refusal = Refused(Write("a.csv", csv));

        Assert.Equal(code, refusal.Code);
        Assert.Equal("file", refusal.Field);
        Assert.Contains(place, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_named_by_their_offset()
    {
        var refusal = Refused(Write("a.csv", [.. "a,b\n1,"u8, 0xFC, .. "ber\n"u8]));

        Assert.Equal((DatasetError.Encoding, "encoding"), (refusal.Code, refusal.Field));
        Assert.Contains("offset 6 ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_offset_is_right_far_into_the_file()
    {
        var text = new byte[9_000_000];
        Array.Fill(text, (byte)'1');
        for (var i = 1; i < text.Length; i += 2)
            text[i] = (byte)'\n';
        text[0] = (byte)'a';
        text[8_500_000] = 0xE9;

        Assert.Contains("offset 8500000 ", Refused(Write("a.csv", text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_archives_and_random_bytes_are_not_tables()
    {
        var noise = new byte[5000];
        new Random(1).NextBytes(noise);

        Assert.Contains("PNG", Refused(Write("a.csv", [0x89, 0x50, 0x4E, 0x47, 13, 10])).Message, StringComparison.Ordinal);
        Assert.Contains("ZIP", Refused(Write("a.csv", [0x50, 0x4B, 3, 4, 20, 0])).Message, StringComparison.Ordinal);
        Assert.Equal(DatasetError.Binary, Refused(Write("a.csv", noise)).Code);
    }

    [Fact]
    public void Ten_thousand_columns_are_too_many()
    {
        var header = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"c{i}"));
        var refusal = Refused(Write("a.csv", header + "\n" + new string(',', 9_999) + "\n"));

        Assert.Equal(DatasetError.TooManyColumns, refusal.Code);
        Assert.Contains("10,000 columns; at most 4,096", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_rows_or_bytes_than_allowed_are_refused()
    {
        var path = Write("a.csv", "a\n1\n2\n3\n");

        Assert.Equal(DatasetError.TooManyRows, Refused(path, limits: ReadLimits.Default with { MaxRows = 2 }).Code);
        Assert.Equal(DatasetError.TooLarge, Refused(path, limits: ReadLimits.Default with { MaxBytes = 5 }).Code);
    }

    [Fact]
    public void A_quote_that_is_never_closed_is_found_without_reading_it_all()
    {
        var refusal = Refused(Write("a.csv", "a,b\n1,\"" + string.Concat(Enumerable.Repeat("1,2\n", 3_000_000))));

        Assert.Equal(DatasetError.Quotes, refusal.Code);
        Assert.Contains("line 2 ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_beyond_a_mebibyte_is_too_long() =>
        Assert.Equal(DatasetError.TooLarge, Refused(Write("a.csv", "a\n" + new string('x', 6_000_000) + "\n")).Code);

    [Fact]
    public void A_gzip_bomb_is_stopped()
    {
        var refusal = Refused(Write("a.csv.gz", Gzip(new byte[64 << 20], CompressionLevel.SmallestSize)));

        Assert.Equal(DatasetError.Bomb, refusal.Code);
    }

    [Fact]
    public void Expanding_stops_at_the_limit()
    {
        var rows = Encoding.ASCII.GetBytes("a\n"
            + string.Concat(Enumerable.Range(0, 50_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n")));

        Assert.Equal(DatasetError.Bomb,
            Refused(Write("a.csv.gz", Gzip(rows)), limits: ReadLimits.Default with { MaxExpandedBytes = 100_000 }).Code);
    }

    [Fact]
    public void Gzip_that_is_cut_short_or_damaged_is_refused()
    {
        var rows = Encoding.ASCII.GetBytes("a\n"
            + string.Concat(Enumerable.Range(0, 50_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n")));
        var whole = Gzip(rows);
        var damaged = whole.ToArray();
        damaged[^6] ^= 1;

        foreach (var length in new[] { whole.Length / 2, whole.Length - 9, whole.Length - 4, whole.Length - 1, 20, 2 })
            Assert.Equal(DatasetError.Corrupt, Refused(Write("a.csv.gz", whole[..length])).Code);
        Assert.Equal(DatasetError.Corrupt, Refused(Write("a.csv.gz", damaged)).Code);
    }

    [Fact]
    public void Gzip_of_nothing_is_empty() => Assert.Equal(DatasetError.Empty, Refused(Write("a.csv.gz", Gzip([]))).Code);

    [Theory]
    [InlineData("koi8-r")]
    [InlineData("")]
    public void An_encoding_that_is_not_read_is_named(string encoding)
    {
        var refusal = Refused(Write("a.csv", "a\n1\n"), new ReadOptions(Encoding: encoding));

        Assert.Equal("encoding", refusal.Field);
        Assert.Contains($"'{encoding}'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('"')]
    [InlineData('\n')]
    [InlineData('é')]
    public void A_delimiter_that_cannot_be_one_is_refused(char delimiter) =>
        Assert.Equal("delimiter", Refused(Write("a.csv", "a\n1\n"), new ReadOptions(Delimiter: delimiter)).Field);
}
