using System.Globalization;
using System.Text;

namespace EventSourcedAnomaly.Datasets.Tests;

public sealed class CsvReadingTests : UploadFolder
{
    [Fact]
    public void The_type_of_a_column_is_found_from_all_of_its_cells()
    {
        var csv = new StringBuilder("whole,real,late,truth,time,word,nothing\n");
        for (var i = 0; i < 30_000; i++)
            csv.Append("7,1.5,3,TRUE,2024-02-29 12:30:15,x,\n");
        csv.Append("-8,2,3.25,false,2024-03-01,y,\n");

        using var file = Open(Write("a.csv", csv.ToString()));

        Assert.Equal(
            [
                ColumnType.Int64, ColumnType.Float64, ColumnType.Float64, ColumnType.Boolean,
                ColumnType.Timestamp, ColumnType.Text, ColumnType.Text,
            ],
            file.Columns.Select(c => c.Type));
        Assert.Equal(30_001, file.RowCount);
    }

    [Fact]
    public void Cells_arrive_as_they_were_written()
    {
        var path = Write("a.csv", "i,f,b,t,s\n-1,1e-3,true,2024-02-29T12:30:15.25Z,\"a \"\"b\"\", c\n "
            + "d\"\n,,,,\n9007199254740993,.5,false,2024-02-29T12:30:15+02:00,é\n");

        Assert.Equal(
            [
                [-1L, 0.001, true, new DateTime(2024, 2, 29, 12, 30, 15, 250, DateTimeKind.Utc), "a \"b\", c\n d"],
                [null, null, null, null, null],
                [9007199254740993L, 0.5, false, new DateTime(2024, 2, 29, 10, 30, 15, DateTimeKind.Utc), "é"],
            ],
            Rows(path));
    }

    [Theory]
    [InlineData("a;b\n1,5;2\n")]
    [InlineData("a\tb\n1,5\t2\n")]
    [InlineData("a|b\n1,5|2\n")]
    public void The_delimiter_is_the_one_that_makes_equal_records(string csv) => Assert.Equal([[1.5, 2L]], Rows(Write("a.csv", csv)));

    [Fact]
    public void A_stated_delimiter_is_taken_at_its_word() =>
        Assert.Equal([[1L, 2L]], Rows(Write("a.csv", "a^b\n1^2\n"), new ReadOptions(Delimiter: '^')));

    [Fact]
    public void A_first_row_of_numbers_is_data()
    {
        using var file = Open(Write("a.csv", "1,2\n3,4\n"));

        Assert.Equal(["column0", "column1"], file.Columns.Select(c => c.Name));
        Assert.Equal(2, file.RowCount);
    }

    [Fact]
    public void A_stated_header_may_hold_numbers()
    {
        using var file = Open(Write("a.csv", "2023,2024\n3,4\n"), new ReadOptions(HasHeader: true));

        Assert.Equal(["2023", "2024"], file.Columns.Select(c => c.Name));
        Assert.Equal(1, file.RowCount);
    }

    [Fact]
    public void Words_in_the_first_row_are_data_when_there_is_no_header() =>
        Assert.Equal([["a", "b"], ["c", "d"]], Rows(Write("a.csv", "a,b\nc,d\n"), new ReadOptions(HasHeader: false)));

    [Theory]
    [InlineData("a,b\r\n1,2\r\n3,4\r\n")]
    [InlineData("a,b\r1,2\r3,4\r")]
    [InlineData("a,b\n1,2\n\n3,4")]
    [InlineData("\uFEFFa,b\n1,2\r\n3,4\n\n\n")]
    public void Line_ends_of_every_system_end_a_record(string csv) => Assert.Equal([[1L, 2L], [3L, 4L]], Rows(Write("a.csv", csv)));

    [Fact]
    public void A_blank_line_of_a_single_column_is_a_missing_value() =>
        Assert.Equal([[1L], [null], [3L]], Rows(Write("a.csv", "a\n1\n\n3\n")));

    [Fact]
    public void Integers_too_large_for_64_bits_become_reals() =>
        Assert.Equal([[1e20], [1.0]], Rows(Write("a.csv", "a\n100000000000000000000\n1\n")));

    [Fact]
    public void Nan_among_words_is_a_word() => Assert.Equal([["nan"], ["bread"]], Rows(Write("a.csv", "a\nnan\nbread\n")));

    [Fact]
    public void Columns_that_differ_in_case_only_are_different() => Assert.Equal([[1L, 2L]], Rows(Write("a.csv", "a,A\n1,2\n")));

    [Theory]
    [InlineData("latin-1", "latin-1")]
    [InlineData("utf-16", "utf-16")]
    [InlineData("utf-16", null)]
    public void Other_encodings_are_translated(string encoding, string? stated)
    {
        var coding = encoding is "latin-1" ? Encoding.Latin1 : Encoding.Unicode;
        var path = Write("a.csv", [.. coding.GetPreamble(), .. coding.GetBytes("name,x\nGrüße,1\n")]);

        Assert.Equal([["Grüße", 1L]], Rows(path, new ReadOptions(Encoding: stated)));
    }

    [Fact]
    public void A_gzipped_file_reads_like_the_plain_one() =>
        Assert.Equal([[1L, 2.5]], Rows(Write("a.csv.gz", Gzip("a,b\n1,2.5\n"u8.ToArray()))));

    [Theory]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(70_000)]
    public void Zeros_after_gzip_are_padding(int zeros) =>
        Assert.Equal([[1L, 2.5]], Rows(Write("a.csv.gz", [.. Gzip("a,b\n1,2.5\n"u8.ToArray()), .. new byte[zeros]])));

    [Fact]
    public void Gzip_members_one_after_the_other_are_one_file() =>
        Assert.Equal([[1L], [2L]], Rows(Write("a.csv.gz", [.. Gzip("a\n1\n"u8.ToArray()), .. Gzip("2\n"u8.ToArray())])));

    [Fact]
    public void Chunks_follow_the_order_of_the_file()
    {
        var csv = new StringBuilder("n,word\n");
        for (var i = 0; i < 300_000; i++)
            csv.Append(CultureInfo.InvariantCulture, $"{i},w{i % 7}\n");
        using var file = Open(Write("a.csv", csv.ToString()));

        var chunks = file.ReadChunks(70_000, CancellationToken.None).ToArray();

        Assert.Equal([70_000, 70_000, 70_000, 70_000, 20_000], chunks.Select(c => c.RowCount));
        Assert.Equal(Enumerable.Range(0, 300_000).Select(i => (double)i), chunks.SelectMany(c => c.ToDoubles(0)));
        Assert.Equal("w1", chunks[1].Columns[1][1]);
    }

    [Fact]
    public void As_many_columns_as_are_allowed_are_read()
    {
        var header = string.Join(',', Enumerable.Range(0, 4096).Select(i => $"c{i}"));
        var row = string.Join(',', Enumerable.Range(0, 4096));
        using var file = Open(Write("a.csv", $"{header}\n{row}\n{row}\n"));

        Assert.Equal(4096, file.Columns.Count);
        Assert.Equal(2, file.RowCount);
    }

    [Fact]
    public void A_cancelled_reading_leaves_nothing_behind()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var path = Write("a.csv", "a\n1\n");

        Assert.ThrowsAny<OperationCanceledException>(() =>
            DatasetFile.Open(path, new ReadOptions(), ReadLimits.Default, TempDirectory, cancelled.Token));
        Assert.Empty(Directory.GetFileSystemEntries(TempDirectory));
    }

    [Fact]
    public void Disposing_leaves_nothing_behind()
    {
        Open(Write("a.csv", "a\n1\n")).Dispose();

        Assert.Empty(Directory.GetFileSystemEntries(TempDirectory));
    }
}
