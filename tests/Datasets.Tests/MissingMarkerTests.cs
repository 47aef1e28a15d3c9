namespace EventSourcedAnomaly.Datasets.Tests;

/// <summary>What programs write for a missing value is missing among values, and named in the profile.</summary>
public sealed class MissingMarkerTests : UploadFolder
{
    [Theory]
    [InlineData("NA")]
    [InlineData("NULL")]
    [InlineData("null")]
    [InlineData("N/A")]
    [InlineData("n/a")]
    [InlineData("#N/A")]
    [InlineData("\\N")]
    [InlineData("None")]
    [InlineData("<NA>")]
    [InlineData("?")]
    [InlineData("-")]
    [InlineData("NaT")]
    public void Among_numbers_truths_and_times_it_is_missing(string marker)
    {
        var path = Write("a.csv", $"n,b,t\n1,true,2024-01-01\n{marker},{marker},{marker}\n3,false,2024-01-03\n");
        using var file = Open(path);

        var columns = file.Profile(CancellationToken.None).Columns;

        Assert.Equal([ColumnType.Int64, ColumnType.Boolean, ColumnType.Timestamp], file.Columns.Select(c => c.Type));
        Assert.Equal([null, null, null], Rows(path)[1]);
        Assert.All(columns, column => Assert.Equal(1, column.NullCount));
        Assert.All(columns, column => Assert.Equal([new SpellingCount(marker, 1)], column.MissingMarkers));
    }

    [Fact]
    public void Among_words_it_stays_a_word_and_is_named()
    {
        var path = Write("a.csv", "country,v\nNA,1\nDE,2\nNA,3\nFR,4\n");
        using var file = Open(path);

        var issue = Assert.Single(file.Profile(CancellationToken.None).Quality.Issues);

        Assert.Equal("NA", Rows(path)[0][0]);
        Assert.Equal(("missing_value_markers", "country", 2L), (issue.Type, issue.Column, issue.Count));
        Assert.Equal([new SpellingCount("NA", 2)], issue.Spellings);
    }

    [Fact]
    public void In_json_it_is_missing_too() =>
        Assert.Equal([[1.5], [null], [2.5]], Rows(Write("a.json", """[{"a": 1.5}, {"a": "NA"}, {"a": 2.5}]""")));

    [Fact]
    public void An_empty_text_of_json_is_no_missing_value() =>
        Assert.Equal([["x"], [""], [null]], Rows(Write("a.json", """[{"a": "x"}, {"a": ""}, {"a": null}]""")));
}
