using EventSourcedAnomaly.Detection.Probabilistic;

namespace EventSourcedAnomaly.Detection.Tests.Probabilistic;

public sealed class EvenBinsTests
{
    private const int Bins = 10;

    public static TheoryData<string, double[]> Columns => new()
    {
        { "normal numbers", [.. TestData.Cloud(203, 1).Values] },
        { "whole numbers, all of them edges", [.. Enumerable.Range(0, 203).Select(i => (double)(i * 7 % 11))] },
        { "an offset that leaves few digits", [.. Enumerable.Range(0, 203).Select(i => 1e9 + i % 50 * 1e-6)] },
        { "one value far away", [.. Enumerable.Range(0, 203).Select(i => i == 100 ? 1e70 : i * 1e-30)] },
        { "one value only", [.. Enumerable.Repeat(4.0, 203)] },
        { "edges themselves", [.. Enumerable.Range(0, 203).Select(i => 0.1 + i % (Bins + 1) * 0.07)] },
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public void Eight_values_at_a_time_fall_into_the_bins_that_one_does(string what, double[] column)
    {
        Assert.NotEmpty(what);
        var x = BesideNormalNumbers(column);
        var edges = Edges(x);
        if (EvenBins.Of(edges) is not { } bins) return;
        var counts = bins.CountsOf(x.Values);
        for (var f = 0; f < x.Columns; f++)
        {
            var expected = new int[Bins];
            foreach (var value in x.Column(f)) expected[FeatureHistogram.Bin(edges[f], 0, value)]++;
            Assert.Equal(expected, counts.AsSpan(bins.First(f), Bins).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public void Rows_score_to_the_last_bit_as_their_values_do(string what, double[] column)
    {
        Assert.NotEmpty(what);
        var x = BesideNormalNumbers(column);
        var detector = TestData.Fitted("HBOS", x);
        // half of the new rows lie beyond the histograms
        var rows = new Matrix(x.Rows, x.Columns, [.. x.Values.ToArray().Select((value, i) => i % 2 == 0 ? value : 1.3 * value - 0.1)]);
        foreach (var table in new[] { x, rows })
        {
            var scores = detector.DecisionFunction(table);
            for (var i = 0; i < table.Rows; i++) Assert.Equal(detector.DecisionFunction(table.Row(i)), scores[i]);
        }
    }

    private static Matrix BesideNormalNumbers(double[] column)
    {
        var others = TestData.Cloud(column.Length, 2, seed: 5);
        return Matrix.FromRows([.. column.Select((value, i) => new[] { others[i, 0], value, others[i, 1] })]);
    }

    private static double[][] Edges(Matrix x) =>
        [.. Enumerable.Range(0, x.Columns).Select(f => FeatureHistogram.EvenEdges(x.Column(f).Min(), x.Column(f).Max(), Bins))];
}
