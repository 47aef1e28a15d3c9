namespace EventSourcedAnomaly.Datasets.Tests;

public sealed class JsonTests : UploadFolder
{
    private const string Array = """[{"i": 1, "f": 1.5, "b": true, "s": "x"}, {"i": null, "f": 2, "b": false}]""";

    [Theory]
    [InlineData("a.json", Array, DatasetFormat.Json)]
    [InlineData("a.txt", Array, DatasetFormat.Json)]
    [InlineData("a.ndjson", "{\"i\":1,\"f\":1.5,\"b\":true,\"s\":\"x\"}\n{\"i\":null,\"f\":2,\"b\":false}\n", DatasetFormat.Ndjson)]
    [InlineData("a.jsonl", "{\"i\":1,\"f\":1.5,\"b\":true,\"s\":\"x\"}\n\n{\"f\":2,\"b\":false}\n", DatasetFormat.Ndjson)]
    [InlineData("a.json", "{\"i\":1,\"f\":1.5,\n\"b\":true,\"s\":\"x\"} {\"f\":2,\"b\":false}\n", DatasetFormat.Json)]
    public void Objects_become_rows(string name, string json, DatasetFormat format)
    {
        var path = Write(name, json);
        using var file = Open(path);

        Assert.Equal(format, file.Format);
        Assert.Equal([new("i", ColumnType.Int64), new("f", ColumnType.Float64), new("b", ColumnType.Boolean),
            new DatasetColumn("s", ColumnType.Text)], file.Columns);
        Assert.Equal([[1L, 1.5, true, "x"], [null, 2.0, false, null]], Rows(path));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_name()
    {
        using var file = Open(Write("a.ndjson", "\uFEFF{\"id\":1,\"v\":2.5}\n{\"id\":2,\"v\":3.5}\n"));

        Assert.Equal(["id", "v"], file.Columns.Select(c => c.Name));
        Assert.Equal(2, file.RowCount);
    }

    [Fact]
    public void Objects_over_several_lines_are_read() =>
        Assert.Equal([[1L], [2L]], Rows(Write("a.ndjson", "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n")));

    [Fact]
    public void Half_a_surrogate_pair_is_refused_with_its_place() =>
        Assert.Contains("Row 2, column 'a'", Refused(Write("a.json", "[{\"a\": \"x\"}, {\"a\": \"\\ud800\"}]")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Escaped_text_arrives_as_it_was_meant() =>
        Assert.Equal([["a\"b\nc"], ["é"]], Rows(Write("a.json", "[{\"a\": \"a\\\"b\\nc\"}, {\"a\": \"\\u00e9\"}]")));

    [Fact]
    public void A_column_of_numbers_and_words_is_text() =>
        Assert.Equal([["1"], ["x"], [null]], Rows(Write("a.json", """[{"a": 1}, {"a": "x"}, {"a": null}]""")));

    [Fact]
    public void A_key_that_appears_late_is_a_column_all_the_same()
    {
        var lines = string.Concat(Enumerable.Repeat("{\"a\":1}\n", 60_000)) + "{\"a\":2,\"late\":0.5}\n";
        using var file = Open(Write("a.ndjson", lines));

        Assert.Equal([new("a", ColumnType.Int64), new DatasetColumn("late", ColumnType.Float64)], file.Columns);
        Assert.Equal(60_001, file.RowCount);
    }

    [Theory]
    [InlineData("""[{"a": [1, 2]}]""", DatasetError.Nested)]
    [InlineData("""[{"a": {"b": 1}}]""", DatasetError.Nested)]
    [InlineData("""[{"a": 1}, {"a": {"b": 1}}]""", DatasetError.Nested)]
    [InlineData("[[1, 2], [3, 4]]", DatasetError.Nested)]
    [InlineData("[1, 2]", DatasetError.Nested)]
    [InlineData("[]", DatasetError.NoRows)]
    [InlineData("""[{"a": 1""", DatasetError.Unreadable)]
    [InlineData("""[{"a": 1}, {"a" 2}]""", DatasetError.Unreadable)]
    [InlineData("""[{"a": 1e999}]""", DatasetError.NonFinite)]
    [InlineData("""[{"a": 1}, {"a": -1e155}]""", DatasetError.OutOfRange)]
    [InlineData("   ", DatasetError.Empty)]
    public void What_is_not_a_table_is_refused(string json, string code) => Assert.Equal(code, Refused(Write("a.json", json)).Code);

    [Fact]
    public void Ten_thousand_keys_are_too_many()
    {
        var row = "{" + string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"k{i}\":1")) + "}\n";

        Assert.Equal(DatasetError.TooManyColumns, Refused(Write("a.ndjson", row)).Code);
    }

    [Fact]
    public void Deep_nesting_is_refused_quickly() =>
        Assert.Contains(
            Refused(Write("a.json", new string('[', 200_000) + new string(']', 200_000))).Code,
            new[] { DatasetError.Nested, DatasetError.Unreadable });
}
