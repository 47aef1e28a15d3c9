using System.Globalization;
using System.Text;

namespace EventSourcedAnomaly.Datasets.Tests;

public sealed class ProfileTests : UploadFolder
{
    private const double Precision = 1e-12;

    [Fact]
    public void The_figures_of_a_column_are_those_of_the_textbook()
    {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squared deviations 32; quartiles by linear interpolation 4, 4.5, 5.5.
        using var file = Open(Write("a.csv", "x\n9\n2\n4\n5\n\n4\n4\n7\n5\n"));

        var column = file.Profile(CancellationToken.None).Columns[0];

        Assert.Equal((1L, 5L), (column.NullCount, column.UniqueCount));
        Assert.Equal(5, column.Statistics!.Mean, Precision);
        Assert.Equal(Math.Sqrt(32.0 / 7), column.Statistics.Std, Precision);
        Assert.Equal((2, 9), (column.Statistics.Min, column.Statistics.Max));
        Assert.Equal([4, 4.5, 5.5], column.Statistics.Quartiles);
    }

    [Fact]
    public void Truths_count_as_one_and_times_as_unix_seconds()
    {
        using var file = Open(Write("a.csv", "b,t\ntrue,1970-01-01\nfalse,1970-01-01T00:00:03\nfalse,1970-01-01T00:00:01.5\n"));

        var profile = file.Profile(CancellationToken.None);

        Assert.Equal(1.0 / 3, profile.Columns[0].Statistics!.Mean, Precision);
        Assert.Equal((0, 3, 1.5),
            (profile.Columns[1].Statistics!.Min, profile.Columns[1].Statistics!.Max, profile.Columns[1].Statistics!.Mean));
    }

    [Fact]
    public void Text_has_unique_values_but_no_numbers()
    {
        using var file = Open(Write("a.csv", "s,e\nx,\ny,\nx,\n"));

        var profile = file.Profile(CancellationToken.None);

        Assert.Equal(new ColumnProfile("s", ColumnType.Text, 0, 2, null), profile.Columns[0]);
        Assert.Equal(new ColumnProfile("e", ColumnType.Text, 3, 0, null), profile.Columns[1]);
    }

    [Fact]
    public void Neighbouring_integers_beyond_double_precision_are_different()
    {
        using var file = Open(Write("a.csv", "x\n9007199254740992\n9007199254740993\n"));

        Assert.Equal(2, file.Profile(CancellationToken.None).Columns[0].UniqueCount);
    }

    [Fact]
    public void Quality_is_computed_from_gaps_repetitions_constants_and_mixtures()
    {
        using var file = Open(Write("a.csv", "n,c,m,x\n1,7,1,5\n2,7,2,6\n1,7,1,5\n3,7,x,\n"));

        var profile = file.Profile(CancellationToken.None);

        Assert.Equal(1, profile.DuplicateRows);
        Assert.Equal(["c"], profile.ConstantColumns);
        Assert.Equal(15.0 / 16, profile.Quality.Completeness, Precision);
        Assert.Equal(14.0 / 15, profile.Quality.Consistency, Precision);
        Assert.Equal(0.75 * 0.75, profile.Quality.Validity, Precision);
        Assert.Equal(((15.0 / 16) + (14.0 / 15) + (0.75 * 0.75)) / 3, profile.Quality.OverallScore, Precision);
        Assert.Equal(
            [("duplicate_rows", "high", 1L), ("constant_columns", "high", 1L), ("missing_values", "medium", 1L),
                ("mixed_types", "medium", 1L)],
            profile.Quality.Issues.Select(i => (i.Type, i.Severity, i.Count)));
    }

    [Fact]
    public void A_faultless_table_has_no_issues()
    {
        using var file = Open(Write("a.csv", "x,y\n1,2\n3,4\n"));

        var quality = file.Profile(CancellationToken.None).Quality;

        Assert.Equal((1.0, 1.0, 1.0, 1.0), (quality.Completeness, quality.Consistency, quality.Validity, quality.OverallScore));
        Assert.Empty(quality.Issues);
    }

    [Fact]
    public void The_profile_of_many_rows_is_exact_and_the_same_every_time()
    {
        var csv = new StringBuilder("x\n");
        for (var i = 0; i < 200_001; i++)
            csv.Append(CultureInfo.InvariantCulture, $"{i * 7919L % 200_001 / 8.0}\n");
        using var file = Open(Write("a.csv", csv.ToString()), limits: ReadLimits.Default with { MemoryLimitMegabytes = 64 });

        var first = file.Profile(CancellationToken.None).Columns[0];
        var second = file.Profile(CancellationToken.None).Columns[0];

        Assert.Equal(200_001, first.UniqueCount);
        Assert.Equal([6250.0, 12_500, 18_750], first.Statistics!.Quartiles);
        Assert.Equal(12_500, first.Statistics.Mean, 1e-8);
        Assert.Equal(BitConverter.DoubleToInt64Bits(first.Statistics.Mean), BitConverter.DoubleToInt64Bits(second.Statistics!.Mean));
        Assert.Equal(BitConverter.DoubleToInt64Bits(first.Statistics.Std), BitConverter.DoubleToInt64Bits(second.Statistics.Std));
    }
}
