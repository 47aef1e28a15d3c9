namespace EventSourcedAnomaly.Cli.Tests;

public sealed class CsvTableTests
{
    [Fact]
    public async Task Columns_are_split_into_features_and_labels()
    {
        using var csv = new TemporaryCsv("id,x,\"y\",label", "7,1.5,-2e3,0", "", "8, 4 ,\"5\",1");
        var table = await CsvTable.ReadAsync(csv.Path, "label", ["id"], CancellationToken.None);
        Assert.Equal(["x", "y"], table.Columns);
        Assert.Equal([1.5, -2000, 4, 5], table.Features.Values.ToArray());
        Assert.NotNull(table.Labels);
        Assert.Equal([0, 1], table.Labels);
    }

    [Theory]
    [InlineData("1,2,0", "1,x,0", "line 3: column 'b': expected a finite number, got 'x'")]
    [InlineData("1,2,0", "1,NaN,0", "line 3: column 'b': expected a finite number, got 'NaN'")]
    [InlineData("1,2,0", "1,2", "line 3: expected 3 fields, got 2")]
    [InlineData("1,2,0", "1,2,0,4", "line 3: expected 3 fields, got 4")]
    [InlineData("1,2,3", "1,2,0", "line 2: column 'label': expected the label 0 or 1, got 3")]
    public async Task A_bad_line_is_named_with_what_was_expected(string first, string second, string message)
    {
        using var csv = new TemporaryCsv("a,b,label", first, second);
        var refused = await Assert.ThrowsAsync<CsvException>(() => CsvTable.ReadAsync(csv.Path, "label", [], CancellationToken.None));
        Assert.EndsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,2,0", "1,1e308,0", "line 3: column 'b': expected a number from -1E+75 to 1E+75, got '1e308'")]
    [InlineData("1,2,0", "1,,0", "line 3: column 'b': expected a finite number, got ''")]
    [InlineData("1,2,0", "1,\"2,0", "line 3: a quoted field does not end in its line")]
    [InlineData("1,2,0", "\"1,2\",0", "line 3: expected 3 fields, got 2")]
    public async Task What_no_detector_takes_is_refused_with_line_and_column(string first, string second, string message)
    {
        using var csv = new TemporaryCsv("a,b,label", first, second);
        var refused = await Assert.ThrowsAsync<CsvException>(() => CsvTable.ReadAsync(csv.Path, "label", [], CancellationToken.None));
        Assert.EndsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quoted_fields_may_hold_commas_and_quotes()
    {
        using var csv = new TemporaryCsv("\"who, where\",x,label", "\"Oslo, \"\"north\"\"\",\"1.5\",0", "b,2,\"1\"");
        var table = await CsvTable.ReadAsync(csv.Path, "label", ["who, where"], CancellationToken.None);
        Assert.Equal([1.5, 2], table.Features.Values.ToArray());
        Assert.Equal([0, 1], table.Labels!);
    }

    [Fact]
    public async Task A_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data()
    {
        using var csv = new TemporaryCsv("\uFEFFa,label\r", "1,0\r", "2,1\r");
        var table = await CsvTable.ReadAsync(csv.Path, "label", [], CancellationToken.None);
        Assert.Equal(["a"], table.Columns);
        Assert.Equal([0, 1], table.Labels!);
    }

    [Theory]
    [InlineData("", "the first line is empty, expected a header line")]
    [InlineData("a,label,label", "there are 2 columns 'label', expected one")]
    [InlineData("label", "no feature column is left")]
    [InlineData("a;b;label", "there is no column 'label'; the columns are a;b;label")]
    public async Task A_header_that_does_not_say_what_is_what_is_refused(string header, string message)
    {
        using var csv = new TemporaryCsv(header, "1,2,0");
        var refused = await Assert.ThrowsAsync<CsvException>(() => CsvTable.ReadAsync(csv.Path, "label", [], CancellationToken.None));
        Assert.EndsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_and_a_lone_header_are_refused()
    {
        using var empty = new TemporaryCsv();
        using var header = new TemporaryCsv("a,b");
        Assert.Contains("empty", (await Assert.ThrowsAsync<CsvException>(
            () => CsvTable.ReadAsync(empty.Path, null, [], CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.Contains("no rows", (await Assert.ThrowsAsync<CsvException>(
            () => CsvTable.ReadAsync(header.Path, null, [], CancellationToken.None))).Message, StringComparison.Ordinal);
    }
}
