namespace EventSourcedAnomaly.Datasets.Tests;

public sealed class ParquetTests : UploadFolder
{
    private const string Table = "SELECT i::INTEGER AS i, i / 4 AS f, i % 2 = 0 AS b, DATE '2024-01-01' + i::INTEGER AS d, 'w' || i AS s, "
        + "CASE WHEN i > 0 THEN i END AS n, i::DECIMAL(9, 2) AS dec FROM range(3) t(i)";

    [Fact]
    public void Every_scalar_type_becomes_one_of_five()
    {
        var path = WriteParquet("a.parquet", Table);
        using var file = Open(path);

        Assert.Equal(DatasetFormat.Parquet, file.Format);
        Assert.Equal(
            [
                new("i", ColumnType.Int64), new("f", ColumnType.Float64), new("b", ColumnType.Boolean), new("d", ColumnType.Timestamp),
                new("s", ColumnType.Text), new("n", ColumnType.Int64), new DatasetColumn("dec", ColumnType.Float64),
            ],
            file.Columns);
        Assert.Equal([1L, 0.25, false, new DateTime(2024, 1, 2, 0, 0, 0, DateTimeKind.Utc), "w1", 1L, 1.0], Rows(path)[1]);
        Assert.Null(Rows(path)[0][5]);
    }

    [Fact]
    public void The_mark_counts_more_than_the_name()
    {
        using var file = Open(Write("a.bin", File.ReadAllBytes(WriteParquet("a.parquet", Table))));

        Assert.Equal(DatasetFormat.Parquet, file.Format);
    }

    [Fact]
    public void Gzip_around_parquet_is_taken_off() =>
        Assert.Equal(3, Rows(Write("b.parquet.gz", Gzip(File.ReadAllBytes(WriteParquet("a.parquet", Table))))).Length);

    [Theory]
    [InlineData("SELECT [1, 2] AS list", DatasetError.Nested, "'list'")]
    [InlineData("SELECT {'x': 1} AS struct", DatasetError.Nested, "'struct'")]
    [InlineData("SELECT MAP {'x': 1} AS map", DatasetError.Nested, "'map'")]
    [InlineData("SELECT 'x'::BLOB AS blob", DatasetError.UnsupportedType, "'blob'")]
    [InlineData("SELECT i::DOUBLE / (i - 1) AS q FROM range(3) t(i)", DatasetError.NonFinite, "Row 2, column 'q'")]
    [InlineData("SELECT 1 AS a WHERE false", DatasetError.NoRows, "no rows")]
    public void What_cannot_be_scored_is_refused(string query, string code, string place)
    {
        var refusal = Refused(WriteParquet("a.parquet", query));

        Assert.Equal(code, refusal.Code);
        Assert.Contains(place, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_expands_beyond_the_limits_is_refused_by_its_footer()
    {
        var path = WriteParquet("a.parquet", "SELECT 1 AS one FROM range(1000000)");

        Assert.Equal(DatasetError.TooManyRows, Refused(path, limits: ReadLimits.Default with { MaxRows = 999_999 }).Code);
        Assert.Equal(DatasetError.Bomb, Refused(path, limits: ReadLimits.Default with { MaxExpandedBytes = 1_000_000 }).Code);
    }

    [Fact]
    public void A_truncated_file_is_corrupt()
    {
        var whole = File.ReadAllBytes(WriteParquet("a.parquet", Table));

        Assert.Equal(DatasetError.Corrupt, Refused(Write("b.parquet", whole[..^20])).Code);
        Assert.Equal(DatasetError.Corrupt, Refused(Write("b.parquet", "PAR1"u8.ToArray())).Code);
        Assert.Equal(DatasetError.Corrupt, Refused(Write("b.parquet", "a,b\n1,2\n"u8.ToArray())).Code);
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_but_never_end_the_process()
    {
        var whole = File.ReadAllBytes(WriteParquet("a.parquet", "SELECT i, i * 0.5 AS f, 'w' || i AS s FROM range(500) t(i)"));
        var random = new Random(7);
        for (var round = 0; round < 60; round++)
        {
            var damaged = whole.ToArray();
            for (var i = 0; i < 4; i++)
                damaged[random.Next(4, damaged.Length - 4)] = (byte)random.Next(256);
            try
            {
                Open(Write("b.parquet", damaged)).Dispose();
            }
            catch (DatasetException refusal)
            {
                Assert.Equal("file", refusal.Field);
            }
        }
        Assert.Empty(Directory.GetFileSystemEntries(TempDirectory));
    }

    [Fact]
    public void A_file_that_is_not_what_was_said_is_refused()
    {
        Assert.Equal("format", Refused(Write("a.csv", "a\n1\n"), new ReadOptions(DatasetFormat.Parquet)).Field);
        Assert.Equal("format", Refused(WriteParquet("a.parquet", Table), new ReadOptions(DatasetFormat.Csv)).Field);
    }
}
