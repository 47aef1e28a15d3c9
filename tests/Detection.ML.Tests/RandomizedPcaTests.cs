using EventSourcedAnomaly.Detection.Tests;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace EventSourcedAnomaly.Detection.ML.Tests;

public sealed class RandomizedPcaTests
{
    [Fact]
    public void Scores_are_those_of_MLNET_within_float32()
    {
        var x = Tables.Rounded(Plane(300, 6));
        var ml = new MLContext(4);
        var data = ml.Singles(x);
        var theirs = ml.AnomalyDetection.Trainers.RandomizedPca(
            new RandomizedPcaTrainer.Options
            {
                Rank = 2, Oversampling = 4, Seed = 4,
                EnsureZeroMean = true
            }).Fit(data).Transform(data).GetColumn<float>("Score").ToArray();

        var ours = Fitted(x, """{"n_components":2,"n_oversamples":4,"standardization":false,"score":"share"}""", seed: 4)
            .DecisionFunction(x);

        for (var i = 0; i < ours.Length; i++) Assert.Equal(theirs[i], ours[i], 2e-3);
    }

    [Fact]
    public void A_row_off_the_plane_of_the_others_stands_out()
    {
        var x = Plane(300, 6);
        var detector = Fitted(x, """{"n_components":2,"contamination":0.01}""");

        Assert.True(detector.IsAnomaly(detector.DecisionFunction([3, -3, 3, -3, 3, -3])));
        Assert.True(detector.IsAnomaly(detector.DecisionFunction([30, 30, 30, 30, 30, 30])));
        Assert.Equal(2, detector.Components.Rows);
        var distance = Fitted(x, """{"n_components":2,"contamination":0.01,"score":"distance"}""");
        Assert.True(distance.IsAnomaly(distance.DecisionFunction([3, -3, 3, -3, 3, -3])));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_stored_bytes_the_same_scores()
    {
        var x = TestData.Cloud(200, 8, outliers: 5);
        var (one, two) = (Fitted(x, "{}", seed: 9), Fitted(x, "{}", seed: 9));
        var restored = MachineLearningAlgorithms.Catalog.Read(one.ToBytes());

        Assert.Equal(one.ToBytes(), two.ToBytes());
        Assert.Equal(one.DecisionFunction(x), restored.DecisionFunction(x));
        Assert.Equal(one.DecisionScores, one.DecisionFunction(x));
        Assert.Throws<InvalidDataException>(() => Detector.FromBytes(one.ToBytes()));
    }

    [Fact]
    public void Contributions_add_up_to_the_score()
    {
        var x = TestData.Cloud(200, 4, outliers: 5);
        var detector = Fitted(x, "{}");
        var row = x.Row(199);

        Assert.Equal(detector.DecisionFunction(row) - detector.BaseValue, detector.Contributions(row).Sum(), 1e-9);
    }

    [Fact]
    public void Tables_with_little_to_learn_from_give_finite_scores()
    {
        var random = new Random(1);
        Func<int, int, double>[] cells =
        [
            (_, _) => 0, (_, _) => 0.1, (_, j) => j, (i, j) => j == 0
                ? i : 1, (_, _) => 1e75, (_, _) => 1e75 * (2 * random.NextDouble() - 1),
            (_, _) => 1e-300 * random.NextDouble(), (i, j) => i == 3 ? 1e75 : random.NextDouble(), (i, _) => Math.Sin(i),
        ];
        foreach (var cell in cells)
        {
            foreach (var (rows, columns) in new[] { (1, 1), (1, 3), (2, 2), (5, 1), (6, 30), (40, 3) })
            {
                foreach (var parameters in new[] { "{}",
                    """{"standardization":false,"center":false,"n_components":10000,"score":"share"}""" })
                {
                    var x = new Matrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(i => cell(i / columns, i % columns))]);
                    var detector = Fitted(x, parameters);
                    var greatest = parameters == "{}" ? 1e150 : 1;
                    Assert.All(detector.DecisionScores, score => Assert.InRange(score, 0, greatest));
                    Assert.InRange(detector.DecisionFunction(Enumerable.Repeat(-1e75, columns).ToArray()), 0, greatest);
                }
            }
        }
    }

    private static RandomizedPca Fitted(Matrix x, string parameters, int seed = 0)
    {
        var detector = (RandomizedPca)MachineLearningAlgorithms.Catalog.Create("randomized_pca", TestData.Parameters(parameters), seed);
        detector.Fit(x);
        return detector;
    }

    /// <summary>Rows near a plane.</summary>
    private static Matrix Plane(int rows, int columns)
    {
        var random = new Random(3);
        var values = new double[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            var (a, b) = (random.NextDouble() * 4 - 2, random.NextDouble() * 4 - 2);
            for (var j = 0; j < columns; j++)
                values[i * columns + j] = a * (j + 1) / columns + b * (columns - j) / columns + 0.05 * random.NextDouble();
        }
        return new Matrix(rows, columns, values);
    }
}
