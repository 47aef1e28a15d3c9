namespace EventSourcedAnomaly.Detection.Tests;

public sealed class RangeMetricsTests
{
    [Fact]
    public void The_papers_example_of_affiliation_gives_its_published_values()
    {
        // Huet, Navarro, Rossi 2022, in seconds; distances, then probabilities of the second anomaly
        SeriesRange[] anomalies = [Minutes(0, 10), Minutes(50, 70), Minutes(170, 175)];
        SeriesRange[] reported =
            [Minutes(5, 6), Minutes(7, 10), Minutes(11, 12), Minutes(40, 60), Minutes(115, 130), Minutes(135, 140), Minutes(165, 170)];
        var found = AffiliationMetrics.Of(reported, anomalies, Minutes(0, 180));
        AssertClose([18, 60 * 11.5, 60 * 31.25], found.Anomalies.Select(a => a.PrecisionDistance));
        AssertClose([76.5, 60 * 2.5, 60 * 2.5], found.Anomalies.Select(a => a.RecallDistance));
        Assert.Equal(0.672222222, found.Anomalies[1].Precision, 1e-9);
        Assert.Equal(0.944444444, found.Anomalies[1].Recall, 1e-9);
    }

    [Fact]
    public void Distances_are_those_of_the_authors_worked_example()
    {
        var found = AffiliationMetrics.Of(
            [new(1, 3), new(6, 18), new(25, 26)], [new(1, 8), new(16, 17), new(25, 28), new(29, 31)], new SeriesRange(1, 31));
        AssertClose([8 / 8.0, 8.5 / 6, 0], found.Anomalies.Take(3).Select(a => a.PrecisionDistance));
        AssertClose([2.25 / 7, 0, 2 / 3.0], found.Anomalies.Take(3).Select(a => a.RecallDistance));
        Assert.Equal(new Affiliation(double.NaN, double.PositiveInfinity, double.NaN, 0), found.Anomalies[3]);
        Assert.Equal(1, found.Anomalies[2].Precision);
        Assert.Equal(1, found.Anomalies[1].Recall);
    }

    [Fact]
    public void Exact_reports_are_perfect_and_no_report_has_no_precision()
    {
        int[] labels = [0, 1, 1, 0, 0, 1, 0];
        var exact = AffiliationMetrics.Of(labels, labels);
        Assert.Equal((1, 1, 1), (exact.Precision, exact.Recall, exact.F1));
        var none = AffiliationMetrics.Of([0, 0, 0, 0, 0, 0, 0], labels);
        Assert.Equal((double.NaN, 0), (none.Precision, none.Recall));
    }

    [Fact]
    public void The_nearer_a_miss_the_better()
    {
        var labels = Enumerable.Range(0, 100).Select(i => i is >= 50 and < 55 ? 1 : 0).ToArray();
        var f1 = new[] { 51, 56, 65, 90 }.Select(at =>
            AffiliationMetrics.Of([.. Enumerable.Range(0, 100).Select(i => i == at ? 1 : 0)], labels).F1).ToArray();
        Assert.Equal(f1.OrderDescending(), f1);
    }

    [Theory]
    [InlineData(PositionalBias.Flat, 0.0, 1.0, 0.5)]
    [InlineData(PositionalBias.Flat, 0.5, 1.0, 0.75)]
    [InlineData(PositionalBias.Front, 0.0, 1.0, 0.3)]
    [InlineData(PositionalBias.Back, 0.0, 1.0, 0.7)]
    [InlineData(PositionalBias.Middle, 0.0, 1.0, 0.5)]
    public void The_recall_of_a_range_is_what_of_it_is_covered_and_where(PositionalBias bias, double alpha, double precision, double recall)
    {
        // the last two of four rows: weights 4 3 2 1 from the front, 1 2 2 1 around the middle
        var found = RangeMetrics.Of([0, 0, 0, 1, 1, 0], [0, 1, 1, 1, 1, 0], alpha, bias);
        Assert.Equal(precision, found.Precision, 1e-12);
        Assert.Equal(recall, found.Recall, 1e-12);
    }

    [Fact]
    public void A_range_found_in_pieces_counts_less_unless_pieces_are_free()
    {
        int[] labels = [1, 1, 1, 1, 0, 0];
        int[] predicted = [1, 0, 1, 1, 1, 0];
        Assert.Equal(new RangeAgreement((1 + 2 / 3.0) / 2, 0.75 / 2), RangeMetrics.Of(predicted, labels));
        Assert.Equal(0.75, RangeMetrics.Of(predicted, labels, isCardinalityReciprocal: false).Recall);
    }

    [Fact]
    public void On_single_rows_the_measures_are_the_classical_ones()
    {
        int[] labels = [1, 0, 1, 0, 1, 0, 0, 0];
        int[] predicted = [1, 0, 0, 0, 1, 0, 1, 0];
        var classical = Evaluation.Confusion(predicted, labels);
        Assert.Equal(new RangeAgreement(classical.Precision, classical.Recall), RangeMetrics.Of(predicted, labels));
    }

    [Fact]
    public void What_cannot_be_measured_is_refused_or_no_number()
    {
        Assert.Equal(new RangeAgreement(double.NaN, double.NaN), RangeMetrics.Of([0, 0], [0, 0]));
        Assert.Contains("at least one real anomaly", Assert.Throws<ArgumentException>(() => AffiliationMetrics.Of([1, 0], [0, 0])).Message,
            StringComparison.Ordinal);
        Assert.Contains("in row 1", Assert.Throws<ArgumentException>(() => RangeMetrics.Of([0, 2], [0, 1])).Message,
            StringComparison.Ordinal);
        Assert.Contains("expected 1 labels", Assert.Throws<ArgumentException>(() => AffiliationMetrics.Of([1], [1, 0])).Message,
            StringComparison.Ordinal);
        Assert.Equal("alpha", Assert.Throws<ParameterException>(() => RangeMetrics.Of([1], [1], alpha: 2)).Parameter);
        Assert.Contains("range 1", Assert.Throws<ArgumentException>(
            () => AffiliationMetrics.Of([], [new(4, 6), new(6, 7)], new SeriesRange(0, 9))).Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 5", Assert.Throws<ArgumentException>(
            () => AffiliationMetrics.Of([], [new(4, 6)], new SeriesRange(0, 5))).Message, StringComparison.Ordinal);
    }

    private static SeriesRange Minutes(double start, double end) => new(60 * start, 60 * end);

    private static void AssertClose(double[] expected, IEnumerable<double> actual)
    {
        foreach (var (e, a) in expected.Zip(actual, (e, a) => (e, a))) Assert.Equal(e, a, 1e-9);
    }
}
