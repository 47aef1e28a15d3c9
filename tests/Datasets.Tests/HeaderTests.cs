namespace EventSourcedAnomaly.Datasets.Tests;

/// <summary>The first line names the columns where its cells are of another kind than those below; a doubt is told.</summary>
public sealed class HeaderTests : UploadFolder
{
    [Theory]
    [InlineData("sensor,2024-01-01,2024-01-02\na,1.5,1.6\nb,2.5,2.6\n", "sensor", "2024-01-01", "2024-01-02")]
    [InlineData("name,5,10\nx,1.0,2.0\ny,1.1,2.1\nz,0.9,1.9\n", "name", "5", "10")]
    [InlineData("pred,true,inf\n0.5,1,0\n0.25,0,0\n", "pred", "true", "inf")]
    [InlineData("0,1,2\n0.5,1.5,0.25\n0.25,0.5,1.5\n1.5,2.5,3.5\n", "0", "1", "2")]
    [InlineData("id,a,b\n1,x,y\n2,z,w\n", "id", "a", "b")]
    public void A_line_of_another_kind_than_the_rows_is_the_header(string csv, params string[] names)
    {
        using var file = Open(Write("a.csv", csv));

        Assert.Equal(names, file.Columns.Select(c => c.Name));
        Assert.DoesNotContain(file.Profile(CancellationToken.None).Quality.Issues, i => i.Type == "ambiguous_header");
    }

    [Theory]
    [InlineData("region,2021,2022\nnorth,10,20\nsouth,5,6\n")]
    [InlineData("2021,2022,2023\n10,20,30\n5,6,7\n")]
    [InlineData("yes,no\nno,yes\nyes,yes\n")]
    public void A_doubt_is_an_issue_that_says_what_to_state(string csv)
    {
        using var file = Open(Write("a.csv", csv));

        var issue = Assert.Single(file.Profile(CancellationToken.None).Quality.Issues, i => i.Type == "ambiguous_header");
        Assert.Contains("has_header", issue.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,versicolor\n")]
    [InlineData("1,10\n2,20\n3,30\n")]
    [InlineData("NA,10\n2,20\n3,30\n")]
    public void A_line_like_the_rows_is_data(string csv)
    {
        using var file = Open(Write("a.csv", csv));

        Assert.Equal(3, file.RowCount);
        Assert.DoesNotContain(file.Profile(CancellationToken.None).Quality.Issues, i => i.Type == "ambiguous_header");
    }

    [Theory]
    [InlineData(",a,b\n0,1.5,2.5\n1,3.5,4.5\n", "column0", "a", "b")]
    [InlineData("\"\",\"a\",\"b\"\n\"1\",1.5,2.5\n\"2\",3.5,4.5\n", "column0", "a", "b")]
    [InlineData("a,b\n1,1.5,2.5\n2,3.5,4.5\n", "column0", "a", "b")]
    [InlineData("column1,,b\n1,1.5,2.5\n2,3.5,4.5\n", "column1", "column1_", "b")]
    public void A_column_without_a_name_gets_one(string csv, params string[] names)
    {
        using var file = Open(Write("a.csv", csv));

        Assert.Equal(names, file.Columns.Select(c => c.Name));
        Assert.Equal(2, file.RowCount);
        Assert.Contains(file.Profile(CancellationToken.None).Quality.Issues, i => i.Type == "unnamed_columns");
    }

    [Theory]
    [InlineData("sep=;\na;b\n1;2\n")]
    [InlineData("\uFEFFsep=^\r\na^b\r\n1^2\r\n")]
    [InlineData("# exported by a program, version 2\n# units: m, s\na,b\n1,2\n")]
    [InlineData("\n\n  \na,b\n\n1,2\n")]
    [InlineData("\na,b\n1,2\n")]
    public void What_stands_above_the_table_is_left_out(string csv)
    {
        using var file = Open(Write("a.csv", csv));

        Assert.Equal(["a", "b"], file.Columns.Select(c => c.Name));
        Assert.Equal([[1L, 2L]], Rows(Write("a.csv", csv)));
    }

    [Fact]
    public void A_header_may_begin_with_a_number_sign()
    {
        using var file = Open(Write("a.csv", "#id,v\n1,2\n3,4\n"));

        Assert.Equal(["#id", "v"], file.Columns.Select(c => c.Name));
    }

    [Theory]
    [InlineData("a,b\r\n1001,5\r\n1002,6\r1003,7\r\n")]
    [InlineData("a,b\n1001,5\r1002,6\n1003,7\n")]
    [InlineData("a,b\r1001,5\n1002,6\r\n1003,7")]
    public void Mixed_line_ends_lose_nothing(string csv) =>
        Assert.Equal([[1001L, 5L], [1002L, 6L], [1003L, 7L]], Rows(Write("a.csv", csv)));

    [Fact]
    public void Texts_arrive_as_they_are() => Assert.Equal(
        [["a\rb", "\\N", " x "], ["say \"hi\"", "c,d\r\ne", "\t"]],
        Rows(Write("a.csv", "p,q,r\n\"a\rb\",\\N, x \n\"say \"\"hi\"\"\",\"c,d\r\ne\",\t\n")));
}
