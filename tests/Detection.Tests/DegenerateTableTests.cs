namespace EventSourcedAnomaly.Detection.Tests;

/// <summary>Tables that have little or nothing to learn from, or numbers at the ends of what is accepted: every detector copes.</summary>
public sealed class DegenerateTableTests
{
    private static readonly (string Name, Matrix Table)[] Tables = [.. CreateTables()];

    /// <summary>Every algorithm, as it is and with hyper-parameters that take other ways through it.</summary>
    public static TheoryData<string, string> Detectors
    {
        get
        {
            var detectors = new TheoryData<string, string>();
            foreach (var algorithm in Algorithms.All)
                detectors.Add(algorithm.Name, algorithm.Family is "neural" ? Short(algorithm.Name) : "{}");
            detectors.Add("IsolationForest", """{"max_samples":2,"n_estimators":1,"bootstrap":true,"contamination":0.5}""");
            detectors.Add("ExtendedIsolationForest", """{"extension_level":0,"n_estimators":5}""");
            detectors.Add("LocalOutlierFactor", """{"n_neighbors":10000,"metric":"chebyshev"}""");
            detectors.Add("KNN", """{"n_neighbors":10000,"method":"median","contamination":1e-9}""");
            detectors.Add("CBLOF", """{"n_clusters":10000,"use_weights":true,"alpha":1,"beta":1}""");
            detectors.Add("INNE", """{"n_estimators":3,"max_samples":1e-9}""");
            detectors.Add("OneClassSVM", """{"kernel":"linear","nu":1}""");
            detectors.Add("OneClassSVM", """{"kernel":"sigmoid","gamma":1e-300,"nu":1e-9}""");
            detectors.Add("HBOS", """{"n_bins":1000}""");
            detectors.Add("HBOS", """{"n_bins":1,"mode":"dynamic"}""");
            detectors.Add("HBOS", """{"n_bins":"auto","alpha":1e-300,"tol":1e-300}""");
            detectors.Add("LODA", """{"n_bins":"auto","n_random_cuts":3}""");
            detectors.Add("LODA", """{"n_bins":2,"n_random_cuts":1}""");
            detectors.Add("KDE", """{"bandwidth":1e-75}""");
            detectors.Add("KDE", """{"bandwidth":1e75}""");
            detectors.Add("KDE", """{"bandwidth":"silverman"}""");
            detectors.Add("PCA", """{"n_components":1000,"standardization":false,"weighted":false}""");
            detectors.Add("MinCovDet", """{"support_fraction":1.0}""");
            detectors.Add("Ensemble", """{"combination":"lscp","unification":"z"}""");
            detectors.Add("Ensemble", """{"combination":"aom","unification":"unify","n_buckets":1000}""");
            return detectors;
        }
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Scores_probabilities_and_confidences_are_numbers_in_their_range(string name, string parameters)
    {
        foreach (var (table, x) in Tables)
        {
            var detector = TestData.Fitted(name, x, parameters, seed: 3);
            Assert.True(double.IsFinite(detector.Threshold), table);
            Assert.Equal(0.5, detector.Scale.Score(detector.Threshold));
            foreach (var score in detector.DecisionScores.Concat(detector.DecisionFunction(x))
                .Concat(detector.DecisionFunction(Far(x.Columns))))
            {
                Assert.True(double.IsFinite(score), $"{table}: {score}");
                Assert.True(detector.Scale.Score(score) is >= 0 and <= 1, $"{table}: scale of {score}");
                Assert.True(detector.Confidence(score) is >= 0 and <= 1, $"{table}: confidence of {score}");
                Assert.True(detector.Probability(score) is >= 0 and <= 1, $"{table}: probability of {score}");
            }
            Assert.All(detector.Contributions(x.Row(0)), c => Assert.True(double.IsFinite(c), table));
        }
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void No_more_rows_are_anomalies_than_the_contamination_says(string name, string parameters)
    {
        foreach (var (table, x) in Tables)
        {
            var detector = TestData.Fitted(name, x, parameters, seed: 3);
            if (detector.Parameters.Values["contamination"] is not double share) continue;
            Assert.True(detector.DecisionScores.Count(detector.IsAnomaly) <= Math.Ceiling(share * x.Rows), table);
        }
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Neither_threads_nor_storing_nor_an_earlier_fit_change_a_score(string name, string parameters)
    {
        foreach (var (table, x) in Tables)
        {
            var given = TestData.Parameters(parameters);
            var (one, several) = (Algorithms.Create(name, given, 3), Algorithms.Create(name, given, 3));
            (one.MaxDegreeOfParallelism, several.MaxDegreeOfParallelism) = (1, 4);
            one.Fit(x);
            several.Fit(TestData.Cloud(20, 2));
            several.Fit(x);
            Assert.True(one.DecisionScores.SequenceEqual(several.DecisionScores), table);
            Assert.True(one.DecisionFunction(x).SequenceEqual(Detector.FromBytes(several.ToBytes()).DecisionFunction(x)), table);
        }
    }

    [Theory]
    [InlineData("HBOS")]
    [InlineData("LODA")]
    public void A_constant_column_of_seventeen_digits_is_told_from_another_value(string name)
    {
        // with an odd number of bins, for on an edge between two the lower one counts
        var detector = TestData.Fitted(name, Table(40, 1, (_, _) => 1e17), """{"n_bins":9}""");
        Assert.True(detector.DecisionFunction([2e17]) > detector.DecisionFunction([1e17]));
    }

    [Theory]
    [InlineData("ECOD")]
    [InlineData("PCA")]
    [InlineData("KNN")]
    [InlineData("MinCovDet")]
    [InlineData("Ensemble")]
    public void The_unit_of_the_columns_does_not_change_the_ranking(string name)
    {
        var x = TestData.Cloud(60, 3, outliers: 3);
        foreach (var unit in new[] { 1e-100, 1e-30, 1e30, 1e70 })
        {
            var scores = TestData.Fitted(name, Table(60, 3, (i, j) => x[i, j] * unit), seed: 1).DecisionScores;
            Assert.True(Evaluation.RocAuc(scores, TestData.LastAreAnomalies(60, 3)) > 0.9, $"{unit}");
        }
    }

    [Fact]
    public void An_optimisation_that_rounding_keeps_from_its_tolerance_ends()
    {
        // 1e30 squared in the kernel: violations below 1e-3 cannot be seen
        var x = TestData.Cloud(100, 2);
        var detector = TestData.Fitted("OneClassSVM", Table(100, 2, (i, j) => 1e30 * x[i, j]), """{"kernel":"linear","tol":1e-8}""");
        Assert.All(detector.DecisionScores, score => Assert.True(double.IsFinite(score)));
    }

    [Fact]
    public void Rows_all_alike_lie_on_the_boundary_of_the_support_vector_machine()
    {
        foreach (var kernel in new[] { "rbf", "linear", "poly", "sigmoid" })
        {
            var x = Table(50, 3, (_, _) => 1e10 / 3);
            var detector = TestData.Fitted("OneClassSVM", x, $$"""{"kernel":"{{kernel}}"}""");
            Assert.DoesNotContain(detector.DecisionFunction(x), detector.IsAnomaly);
        }
    }

    [Fact]
    public void A_kernel_beyond_float64_is_refused_with_the_way_out()
    {
        var refused = Assert.Throws<ArgumentException>(
            () => TestData.Fitted("OneClassSVM", Table(5, 1, (i, _) => 1e70 * (i + 1)), """{"kernel":"poly","degree":10,"gamma":1.0}"""));
        Assert.Contains("scale the columns", refused.Message, StringComparison.Ordinal);
    }

    private static string Short(string name) => name == "LSTMAutoencoder"
        ? """{"epochs":1,"hidden_size":3,"window_size":4}"""
        : """{"epochs":2}""";

    /// <summary>Rows at the ends of what is accepted.</summary>
    private static Matrix Far(int columns) =>
        Table(6, columns, (i, j) => new[] { 1e75, -1e75, 1e-300, double.Epsilon, -0.0, j % 2 == 0 ? 1e75 : -1e75 }[i]);

    private static IEnumerable<(string Name, Matrix Table)> CreateTables()
    {
        var random = new Random(5);
        yield return ("one number", Table(1, 1, (_, _) => 3));
        yield return ("one row", Table(1, 3, (_, j) => j));
        yield return ("two rows", Table(2, 2, (i, _) => i));
        yield return ("two equal rows", Table(2, 2, (_, _) => 7));
        yield return ("zeros", Table(50, 3, (_, _) => 0));
        yield return ("a constant that is no binary fraction", Table(50, 3, (_, _) => 0.1));
        yield return ("a constant column", Table(40, 3, (_, j) => j == 1 ? 0.1 : random.NextDouble()));
        yield return ("more columns than rows", Table(8, 30, (_, _) => random.NextDouble()));
        yield return ("two rows of many columns", Table(2, 40, (_, _) => random.NextDouble()));
        yield return ("equal columns", Table(40, 4, (i, _) => Math.Sin(i)));
        yield return ("columns that are sums of others",
            Table(40, 3, (i, j) => j < 2 ? Math.Sin(i * (j + 1)) : Math.Sin(i) + Math.Sin(2 * i)));
        yield return ("ties", Table(100, 2, (_, _) => random.Next(3)));
        yield return ("zeros of both signs", Table(40, 2, (i, _) => i % 2 == 0 ? -0.0 : 0.0));
        yield return ("all but one equal", Table(100, 1, (i, _) => i < 99 ? 0 : 1));
        yield return ("tiny", Table(40, 2, (_, _) => 1e-300 * random.NextDouble()));
        yield return ("tiny squares", Table(40, 2, (_, _) => 1e-140 * random.NextDouble()));
        yield return ("subnormal", Table(40, 2, (_, _) => double.Epsilon * random.Next(20)));
        yield return ("the two least numbers", Table(40, 2, (_, _) => double.Epsilon * random.Next(2)));
        yield return ("neighbouring numbers", Table(40, 2, (_, _) => 1 + 2.2e-16 * random.Next(3)));
        yield return ("large", Table(40, 2, (_, _) => 1e75 * (2 * random.NextDouble() - 1)));
        yield return ("one large value", Table(40, 2, (i, _) => i == 39 ? 1e75 : random.NextDouble()));
        yield return ("large and constant", Table(40, 2, (_, _) => 1e75));
        yield return ("large beside tiny", Table(40, 2, (i, _) => i == 39 ? 1e75 : i == 38 ? -1e75 : 1e-300 * i));
        yield return ("scales apart", Table(40, 4, (_, j) => random.NextDouble() * Math.Pow(10, (j - 2) * 30)));
        yield return ("seventeen digits", Table(40, 2, (_, _) => 1e17));
        yield return ("times in nanoseconds", Table(40, 2, (i, _) => 1.7e18 + 300 * i));
        yield return ("large offset", Table(40, 2, (i, _) => 1e15 + i % 4));
        yield return ("powers of ten", Table(60, 2, (i, _) => Math.Pow(10, i * 0.7)));
    }

    private static Matrix Table(int rows, int columns, Func<int, int, double> value) =>
        new(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(k => value(k / columns, k % columns))]);
}
