namespace EventSourcedAnomaly.Detection.Tests;

/// <summary>What every algorithm of the library promises, whatever it computes.</summary>
public sealed class DetectorContractTests
{
    public static TheoryData<string> Names => [.. Algorithms.All.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_stored_detector_scores_bit_identically(string name)
    {
        var x = TestData.Cloud(300, 4, outliers: 5);
        var detector = TestData.Fitted(name, x, seed: 9);
        var restored = Detector.FromBytes(detector.ToBytes());
        Assert.Equal(detector.DecisionFunction(x), restored.DecisionFunction(x));
        Assert.Equal(detector.DecisionScores, restored.DecisionScores);
        Assert.Equal((detector.Threshold, detector.Scale, detector.Seed), (restored.Threshold, restored.Scale, restored.Seed));
        Assert.Equal(detector.ToBytes(), restored.ToBytes());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_damaged_model_is_refused(string name)
    {
        var bytes = TestData.Fitted(name, TestData.Cloud(60, 3)).ToBytes();
        bytes[bytes.Length / 2] ^= 1;
        Assert.Contains("SHA-256", Assert.Throws<InvalidDataException>(() => Detector.FromBytes(bytes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fitting_twice_with_one_seed_gives_the_same_scores(string name)
    {
        var x = TestData.Cloud(200, 3, outliers: 4);
        Assert.Equal(TestData.Fitted(name, x, seed: 4).DecisionScores, TestData.Fitted(name, x, seed: 4).DecisionScores);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_row_at_a_time_scores_as_a_table_does(string name)
    {
        var x = TestData.Cloud(120, 4, outliers: 3);
        var detector = TestData.Fitted(name, x);
        if (detector.IsSequential) return;
        var scores = detector.DecisionFunction(x);
        for (var i = 0; i < x.Rows; i++)
            Assert.Equal(scores[i], detector.DecisionFunction(x.Row(i)), 1e-9 * Math.Max(1, Math.Abs(scores[i])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Far_away_rows_are_anomalies(string name)
    {
        var x = TestData.Cloud(500, 3, outliers: 5);
        var detector = TestData.Fitted(name, x);
        Assert.True(Evaluation.RocAuc(detector.DecisionScores, TestData.LastAreAnomalies(500, 5)) > 0.95);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Degenerate_tables_give_finite_scores(string name)
    {
        Matrix[] tables =
        [
            new(1, 1, [3]),
            new(1, 3, [1, 2, 3]),
            new(2, 2, [0, 0, 1, 1]),
            new(50, 3, new double[150]),
            new(60, 2, [.. Enumerable.Range(0, 120).Select(i => i % 2 == 0 ? 7.0 : i / 2 % 3)]),
            new(40, 1, [.. Enumerable.Range(0, 40).Select(i => i < 39 ? 0.0 : 1e12)]),
            new(40, 2, [.. Enumerable.Range(0, 80).Select(i => i < 78 ? i % 5 * 1e-30 : 1e75)]),
        ];
        foreach (var table in tables)
        {
            var detector = TestData.Fitted(name, table);
            Assert.All(detector.DecisionScores, score => Assert.True(double.IsFinite(score)));
            Assert.All(detector.DecisionFunction(table), score => Assert.InRange(detector.Scale.Score(score), 0, 1));
            Assert.All(detector.DecisionScores, score => Assert.InRange(detector.Confidence(score), 0, 1));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Missing_values_are_refused_with_row_and_column(string name)
    {
        var refused = Assert.Throws<ArgumentException>(() => TestData.Fitted(name, new Matrix(2, 2, [0, 1, double.NaN, 3])));
        Assert.Contains("NaN in row 1, column 0", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Numbers_too_large_to_square_are_refused_with_row_and_column(string name)
    {
        var refused = Assert.Throws<ArgumentException>(() => TestData.Fitted(name, new Matrix(2, 2, [0, 1, 2, -1e80])));
        Assert.Contains("got -1E+80 in row 1, column 1", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Huge_and_missing_values_are_refused_when_scoring_too(string name)
    {
        var detector = TestData.Fitted(name, TestData.Cloud(50, 2));
        foreach (var value in new[] { 1e300, -1e300, double.NaN, double.PositiveInfinity })
        {
            var refused = Assert.Throws<ArgumentException>(() => detector.DecisionFunction(new Matrix(2, 2, [0, 0, 0, value])));
            Assert.Contains("row 1, column 1", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_rows_have_no_scores(string name) =>
        Assert.Empty(TestData.Fitted(name, TestData.Cloud(50, 2)).DecisionFunction(new Matrix(0, 2, [])));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_share_of_anomalies_is_above_0_and_at_most_a_half(string name)
    {
        foreach (var share in new[] { "0", "-0.1", "0.51", "1", "\"some\"" })
        {
            Assert.Equal("contamination", Assert.Throws<ParameterException>(
                () => Algorithms.Create(name, TestData.Parameters($$"""{"contamination":{{share}}}"""))).Parameter);
        }
        var half = TestData.Fitted(name, TestData.Cloud(60, 2), """{"contamination":0.5}""");
        Assert.InRange(half.DecisionScores.Count(half.IsAnomaly), 0, 30);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_all_alike_score_alike(string name)
    {
        var detector = TestData.Fitted(name, new Matrix(40, 3, [.. Enumerable.Repeat(2.5, 120)]));
        Assert.Single(detector.DecisionFunction(new Matrix(5, 3, [.. Enumerable.Repeat(2.5, 15)])).Distinct());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_number_of_columns_is_refused(string name)
    {
        var detector = TestData.Fitted(name, TestData.Cloud(50, 3));
        var refused = Assert.Throws<ArgumentException>(() => detector.DecisionFunction(TestData.Cloud(5, 2)));
        Assert.Contains("expected 3 columns", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_empty_table_is_refused(string name) =>
        Assert.Contains("at least 1 row", Assert.Throws<ArgumentException>(
            () => TestData.Fitted(name, new Matrix(0, 3, []))).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void Scoring_before_fitting_is_refused(string name) =>
        Assert.Throws<InvalidOperationException>(() => Algorithms.Create(name).DecisionFunction(TestData.Cloud(2, 2)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_cancelled_fit_stops(string name) =>
        Assert.ThrowsAny<OperationCanceledException>(
            () => Algorithms.Create(name).Fit(TestData.Cloud(50, 2), ct: new CancellationToken(canceled: true)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Contributions_add_up_to_the_raw_score(string name)
    {
        var x = TestData.Cloud(150, 4, outliers: 3);
        var detector = TestData.Fitted(name, x);
        foreach (var i in new[] { 0, 149 })
        {
            var raw = detector.DecisionFunction(x.Row(i));
            Assert.Equal(raw, detector.BaseValue + detector.Contributions(x.Row(i)).Sum(), 1e-7 * Math.Max(1, Math.Abs(raw)));
        }
    }
}
