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
    public void A_member_that_does_not_exist_is_refused() => Assert.Equal("base_estimators", Assert.Throws<ParameterException>(
        () => Algorithms.Create("Ensemble", TestData.Parameters("""{"base_estimators":["KNN","nobody"]}"""))).Parameter);
}
