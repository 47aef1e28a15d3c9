namespace EventSourcedAnomaly.Detection.Tests;

/// <summary>
/// Raw scores of three rows of a small table, computed with scikit-learn 1.2.1 and, for the methods of PyOD, with their published
/// formulas in NumPy and SciPy.
/// </summary>
public sealed class PeerTests
{
    private static readonly int[] Rows = [0, 7, 29];

    private static Matrix Table()
    {
        var values = new double[60];
        for (var i = 0; i < 30; i++) (values[2 * i], values[2 * i + 1]) = (i * 7919 % 97 / 97.0, i * 104729 % 89 / 89.0);
        (values[58], values[59]) = (3, -2);
        return new Matrix(30, 2, values);
    }

    [Theory]
    [InlineData("ECOD", "{}", 6.1092475827643655, 2.5538995212749516, 6.802394763324311)]
    [InlineData("COPOD", "{}", 4.408648891933288, 2.456821514054473, 6.802394763324311)]
    [InlineData("HBOS", "{}", 1.0647813241379387, 0.02737234444288792, 4.484999425288612)]
    [InlineData("PCA", "{}", 4.646505276459079, 4.450992498101899, 48.18187207473247)]
    [InlineData("KNN", "{}", 0.5258487419576318, 0.4148130894147903, 3.2233208127499906)]
    [InlineData("KNN", """{"method":"mean"}""", 0.3291855813716045, 0.2597567841209055, 3.1043255030648345)]
    [InlineData("KNN", """{"method":"median"}""", 0.4873558559736797, 0.23055521011789543, 3.0304111459932384)]
    [InlineData("LOF", """{"n_neighbors":5}""", 1.3531471919979057, 1.1888931931179054, 14.012658322393921)]
    public void Deterministic_methods_give_the_peers_scores(string algorithm, string parameters, double first, double second, double third)
    {
        var scores = TestData.Fitted(algorithm, Table(), parameters).DecisionScores;
        double[] expected = [first, second, third];
        for (var i = 0; i < Rows.Length; i++) Assert.Equal(expected[i], scores[Rows[i]], 1e-9 * Math.Abs(expected[i]));
    }

    [Theory]
    [InlineData("rbf", 0, 0.08314823643604496, -0.3012294040382937, 1.2659499380519261)]
    [InlineData("linear", 0, 0.7800146610827939, 0.07056826602702548, -1.210951691362582)]
    [InlineData("poly", 0.5, 1.9861143997851558, 0.27089919359200554, -20.815174734760404)]
    public void The_one_class_svm_solves_the_same_problem_with_every_convex_kernel(
        string kernel, double coef0, double first, double second, double third)
    {
        var scores = TestData.Fitted(
            "OneClassSVM", Table(), $$"""{"nu":0.2,"kernel":"{{kernel}}","coef0":{{coef0}},"tol":1e-8}""").DecisionScores;
        double[] expected = [first, second, third];
        for (var i = 0; i < Rows.Length; i++) Assert.Equal(expected[i], scores[Rows[i]], 1e-3 * Math.Abs(expected[i]));
    }

    [Fact]
    public void Ties_between_neighbours_are_broken_as_scikit_learn_breaks_them()
    {
        // whole numbers: nearly every row has several equally far sixth neighbours
        var values = Enumerable.Range(0, 150).SelectMany(i => new double[] { i * 37 % 11, (i * i * 5 + i) % 13, i * i * i % 7 }).ToArray();
        var scores = TestData.Fitted("LOF", new Matrix(150, 3, values), """{"n_neighbors":6}""").DecisionScores;
        double[] expected = [0.9340775341088663, 1.0158886280754247, 0.9382767398841735, 1.1243377117067153, 0.9913094870365234];
        int[] rows = [1, 2, 50, 77, 149];
        for (var i = 0; i < rows.Length; i++) Assert.Equal(expected[i], scores[rows[i]], 1e-12);
    }

    [Fact]
    public void New_rows_get_the_local_outlier_factor_of_novelty_detection()
    {
        var detector = TestData.Fitted("LOF", Table(), """{"n_neighbors":5,"novelty":true}""");
        Assert.Equal(0.9429022932638645, detector.DecisionFunction([0.5, 0.5]), 1e-9);
        Assert.Equal(8.07185083232414, detector.DecisionFunction([2.0, 2.0]), 1e-8);
    }

    [Fact]
    public void Kernel_density_is_the_negative_log_likelihood()
    {
        var scores = TestData.Fitted("KDE", Table(), """{"bandwidth":0.5}""").DecisionScores;
        Assert.Equal(1.5272604396894398, scores[0], 1e-10);
        Assert.Equal(3.852780049879346, scores[29], 1e-10);
    }

    [Fact]
    public void Automatic_thresholds_are_those_of_the_papers()
    {
        Assert.Equal(0.5, TestData.Fitted("IsolationForest", Table()).Threshold);
        Assert.Equal(1.5, TestData.Fitted("LOF", Table()).Threshold);
        Assert.Equal(0, TestData.Fitted("OneClassSVM", Table()).Threshold);
    }

    [Fact]
    public void Contamination_sets_the_threshold_at_the_percentile_of_the_training_scores()
    {
        var detector = TestData.Fitted("KNN", Table(), """{"contamination":0.1}""");
        Assert.Equal(3, detector.DecisionScores.Count(detector.IsAnomaly));
        Assert.Equal(0.5, detector.Scale.Score(detector.Threshold));
    }
}
