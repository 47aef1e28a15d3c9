namespace EventSourcedAnomaly.Datasets.Tests;

/// <summary>Numbers are numbers however they are written, or the quality report says which ones were not understood.</summary>
public sealed class NotationTests : UploadFolder
{
    [Theory]
    [InlineData("a;b\n1;19,5\n2;-0,25\n3;1.234,5\n", 19.5, -0.25, 1234.5)]
    [InlineData("a;b\n1;1 234,5\n2;7\n3;1,5E+03\n", 1234.5, 7, 1500)]
    [InlineData("a\tb\n1\t\"9,852,000.00\"\n2\t5.71\n3\t12\n", 9_852_000, 5.71, 12)]
    [InlineData("a,b\n1,\"65,354.78\"\n2,\"12,34,567\"\n3,\"-1,000\"\n", 65_354.78, 1_234_567, -1000)]
    [InlineData("a,b\n1,\"65,354\"\n2,\"1,000\"\n3,12\n", 65_354, 1000, 12)]
    [InlineData("a,b\n1,1'234.5\n2,1 000\n3,2\u00A0000\n", 1234.5, 1000, 2000)]
    [InlineData("a;b\n1;1.234.567\n2;1.000\n3;5\n", 1_234_567, 1000, 5)]
    [InlineData("a;b\n1;1.234\n2;5.678\n3;9.012\n", 1.234, 5.678, 9.012)]
    [InlineData("a;b\n1;0,123\n2;0,456\n3;0,789\n", 0.123, 0.456, 0.789)]
    public void A_column_is_read_in_the_notation_that_explains_all_of_its_numbers(string csv, double first, double second, double third) =>
        Assert.Equal([first, second, third], Rows(Write("a.csv", csv)).Select(row => Convert.ToDouble(row[1], null)));

    [Fact]
    public void The_profile_names_the_notation()
    {
        var profile = Profile("nr;temp\n1;19,5\n2;20,25\n");

        Assert.Equal("decimal_comma", profile.Columns[1].NumberNotation);
        var issue = Assert.Single(profile.Quality.Issues);
        Assert.Equal(("number_notation", "temp", "low"), (issue.Type, issue.Column, issue.Severity));
    }

    [Fact]
    public void Numbers_that_could_mean_two_things_are_named()
    {
        var issue = Assert.Single(Profile("a,b\n1,\"1,234\"\n2,\"5,678\"\n").Quality.Issues);

        Assert.Equal(("ambiguous_numbers", "b", "high"), (issue.Type, issue.Column, issue.Severity));
    }

    [Theory]
    [InlineData("12%", "13.5 %", "unread_numbers")]
    [InlineData("$12.50", "€ 3", "unread_numbers")]
    [InlineData("12.50 EUR", "3 EUR", "unread_numbers")]
    [InlineData("0x1F", "0xA0", "unread_numbers")]
    [InlineData("(12.5)", "(3)", "unread_numbers")]
    [InlineData("12 kg", "3.5 kg", "unread_numbers")]
    [InlineData("01/02/2024", "13/02/2024", "unread_times")]
    [InlineData("05.02.2024 11:00", "13.02.2024 12:00", "unread_times")]
    [InlineData("11:00", "24:00", "unread_times")]
    [InlineData("2024-01", "2024-02", "unread_times")]
    [InlineData("Feb 5 2024", "Mar 6 2024", "unread_times")]
    [InlineData("2024-03-01 25:00", "2024-03-01 11:00", "unread_times")]
    [InlineData("2024-02-30", "2024-02-29", "unread_times")]
    public void What_was_not_understood_is_an_issue_with_column_spelling_and_count(string first, string second, string type)
    {
        var quality = Profile($"a,odd\n1,{first}\n2,{second}\n3,{second}\n").Quality;

        var issue = Assert.Single(quality.Issues, i => i.Type == type);
        Assert.Equal("odd", issue.Column);
        Assert.Contains(issue.Spellings!, spelling => spelling.Spelling == second || spelling.Spelling == first);
        Assert.True(quality.Consistency < 1);
        Assert.True(quality.OverallScore < 1);
    }

    [Fact]
    public void One_number_of_another_notation_is_found()
    {
        var quality = Profile("a;b\n1;1.5\n2;2.5\n3;3,5\n").Quality;

        Assert.Contains(quality.Issues,
            i => i.Type == "unread_numbers" && i.Column == "b" && i.Spellings![0] == new SpellingCount("3,5", 1));
    }

    [Theory]
    [InlineData("a,b\n1,01234\n2,00501\n", "leading_zeros", 2)]
    [InlineData("a,b\n1,2024-01-01T00:00:00.123456789Z\n2,2024-01-02T00:00:00.123456000Z\n", "reduced_precision", 1)]
    public void What_the_type_of_a_column_does_not_keep_is_told(string csv, string type, long count)
    {
        var issue = Assert.Single(Profile(csv).Quality.Issues);

        Assert.Equal((type, "b", count), (issue.Type, issue.Column, issue.Count));
    }

    [Fact]
    public void Numbers_that_a_file_has_as_text_are_an_issue()
    {
        using var file = Open(Write("a.json", """[{"a": "1.5"}, {"a": "2.5"}]"""));

        var issue = Assert.Single(file.Profile(CancellationToken.None).Quality.Issues);

        Assert.Equal(("numbers_as_text", "a", 2L), (issue.Type, issue.Column, issue.Count));
    }

    private DatasetProfile Profile(string csv)
    {
        using var file = Open(Write("a.csv", csv));
        return file.Profile(CancellationToken.None);
    }
}
