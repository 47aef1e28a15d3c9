namespace EventSourcedAnomaly.Detection.Tests.Ensembles;

public sealed class EnsembleTests
{
    public static TheoryData<string, string> Ways
    {
        get
        {
            var ways = new TheoryData<string, string>();
            foreach (var combination in new[] { "average", "maximization", "median", "aom", "moa", "lscp" })
            {
                foreach (var unification in new[] { "rank", "z", "unify" }) ways.Add(combination, unification);
            }
            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_of_combining_finds_the_outliers_and_can_be_stored(string combination, string unification)
    {
        var x = TestData.Cloud(300, 3, outliers: 4);
        var detector = TestData.Fitted("Ensemble", x,
            $$"""{"base_estimators":["HBOS","KNN","ECOD","KNN"],"combination":"{{combination}}","unification":"{{unification}}"}""");
        Assert.True(Evaluation.RocAuc(detector.DecisionScores, TestData.LastAreAnomalies(300, 4)) > 0.99);
        Assert.Equal(detector.DecisionFunction(x), Detector.FromBytes(detector.ToBytes()).DecisionFunction(x));
    }

    [Fact]
    public void Weights_decide_how_much_a_member_says()
    {
        var x = TestData.Cloud(200, 3, outliers: 3);
        const string Members = """ "base_estimators":["KNN","HBOS"],"combination":"average","standardization":false""";
        var onlyFirst = TestData.Fitted("Ensemble", x, $$"""{{{Members}},"weights":[1,0]}""");
        var first = TestData.Fitted("Ensemble", x, """{"base_estimators":["KNN"],"combination":"average","standardization":false}""");
        Assert.Equal(first.DecisionScores, onlyFirst.DecisionScores);
        Assert.Equal("weights", Assert.Throws<ParameterException>(
            () => TestData.Fitted("Ensemble", x, $$"""{{{Members}},"weights":[1]}""")).Parameter);
    }

    [Fact]
    public void Validation_gives_the_better_member_more_weight()
    {
        // anomalies in a tight far cluster: their neighbours are near, so that KNN is blind to them
        var values = TestData.Cloud(400, 2).Values.ToArray();
        for (var i = 380 * 2; i < values.Length; i++) values[i] = 8 + values[i] * 0.001;
        var weights = ValidationWeights.Of(["KNN", "MinCovDet"], new Matrix(400, 2, values), TestData.LastAreAnomalies(400, 20));
        Assert.True(weights[1] > weights[0]);
    }

    [Fact]
    public void Members_may_carry_hyperparameters_and_weights()
    {
        var x = TestData.Cloud(200, 3, outliers: 3);
        const string Rest = """ "combination":"average","standardization":false""";
        var mixed = TestData.Fitted("Ensemble", x, $$$"""
            {"base_estimators":[{"algorithm":"KNN","hyperparameters":{"n_neighbors":9},"weight":1},{"algorithm":"HBOS","weight":0},"ECOD"],
            {{{Rest}}} }
            """);
        Assert.Equal(9, mixed.Parameters.Values["base_estimators"] is EnsembleMember[] members
            ? members[0].Hyperparameters["n_neighbors"].GetInt32() : 0);
        Assert.Equal(9, ((Ensemble)mixed).Members[0].Parameters.Values["n_neighbors"]);
        var restored = Detector.FromBytes(mixed.ToBytes());
        Assert.Equal(mixed.DecisionFunction(x), restored.DecisionFunction(x));
        Assert.Equal(mixed.ToBytes(), restored.ToBytes());
        var half = TestData.Fitted("Ensemble", x, $$"""{"base_estimators":["KNN","HBOS","ECOD"],"weights":[1,0,1],{{Rest}}}""");
        Assert.NotEqual(half.DecisionScores, mixed.DecisionScores);
    }

    [Theory]
    [InlineData("""[{"algorithm":"KNN","hyperparameters":{"n_neighbors":0}}]""", "base_estimators[0].hyperparameters.n_neighbors")]
    [InlineData("""["ECOD",{"algorithm":"KNN","hyperparameters":{"neighbours":3}}]""", "base_estimators[1].hyperparameters.neighbours")]
    [InlineData("""[{"algorithm":"KNN","weight":-1}]""", "base_estimators[0].weight")]
    [InlineData("""[{"algorithm":"nobody"}]""", "base_estimators[0].algorithm")]
    [InlineData("""[{"weight":1}]""", "base_estimators[0].algorithm")]
    [InlineData("""[{"algorithm":"KNN","hyperparameters":3}]""", "base_estimators[0].hyperparameters")]
    [InlineData("""[{"algorithm":"KNN","n_neighbors":3}]""", "base_estimators[0].n_neighbors")]
    [InlineData("""["nobody"]""", "base_estimators[0]")]
    [InlineData("[3]", "base_estimators[0]")]
    [InlineData("[]", "base_estimators")]
    public void A_wrong_member_is_refused_by_its_place(string members, string place) =>
        Assert.Equal(place, Assert.Throws<ParameterException>(
        () => Algorithms.Create("Ensemble", TestData.Parameters($$"""{"base_estimators":{{members}}}"""))).Parameter);

    [Fact]
    public void A_member_that_does_not_exist_is_refused() => Assert.Equal("base_estimators[1]", Assert.Throws<ParameterException>(
        () => Algorithms.Create("Ensemble", TestData.Parameters("""{"base_estimators":["KNN","nobody"]}"""))).Parameter);
}
