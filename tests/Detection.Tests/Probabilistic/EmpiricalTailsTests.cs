using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Tests.Probabilistic;

public sealed class EmpiricalTailsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(1023)]
    public void Sixteen_values_looked_up_at_once_are_found_where_one_is(int length)
    {
        var random = new Random(length);
        var sorted = Enumerable.Range(0, length).Select(_ => (double)random.Next(200)).Order().ToArray();
        var values = Enumerable.Range(0, SortedSearch.Values)
            .Select(i => i switch { 0 => -1, 1 => 500, 2 => sorted[0], _ => random.Next(400) / 2.0 }).ToArray();
        var counts = new long[SortedSearch.Values];
        SortedSearch.CountAtMost(sorted, values, counts);
        Assert.Equal(values.Select(value => (long)OrderStatistics.CountAtMost(sorted, value)), counts);
    }

    [Theory]
    [InlineData("ECOD")]
    [InlineData("COPOD")]
    public void A_table_scores_to_the_last_bit_as_its_rows_do(string name)
    {
        var values = TestData.Cloud(150, 4).Values.ToArray();
        // ties within a column, some of them many
        for (var i = 0; i < values.Length; i += 4) values[i] = Math.Round(values[i]);
        var x = new Matrix(150, 4, values);
        var detector = TestData.Fitted(name, x);
        var scores = detector.DecisionFunction(x);
        Assert.Equal(detector.DecisionScores, scores);
        for (var i = 0; i < x.Rows; i++) Assert.Equal(detector.DecisionFunction(x.Row(i)), scores[i]);
    }
}
