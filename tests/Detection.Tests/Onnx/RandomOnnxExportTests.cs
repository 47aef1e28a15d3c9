using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Tests.Onnx;

/// <summary>
/// Detectors of random tables, with random hyper-parameters, say the same through ONNX Runtime, near and far from what they learned.
/// </summary>
public sealed class RandomOnnxExportTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Names => [.. OnnxExport.Algorithms];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scores_are_the_detectors(string name)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            var x = Table(random);
            var detector = TestData.Fitted(name, x, Parameters(name, random), seed);
            foreach (var input in Enum.GetValues<OnnxInput>()) AssertSame(detector, Scored(detector, x, random), input, $"seed {seed}");
        }
    }

    [Fact]
    public void The_sum_over_many_trees_keeps_its_digits()
    {
        var x = TestData.Cloud(300, 3);
        AssertSame(TestData.Fitted("IsolationForest", x, """{"n_estimators":1500}"""), x, OnnxInput.Float64, "many trees", 1e-6);
    }

    [Fact]
    public void A_network_of_one_column_is_computed_in_float64()
    {
        var x = TestData.Cloud(60, 1);
        AssertSame(TestData.Fitted("AutoEncoder", x, """{"epochs":3,"hidden_neuron_list":[2]}"""), x,
            OnnxInput.Float64, "one column", 1e-12);
    }

    private static void AssertSame(Detector detector, Matrix scored, OnnxInput input, string told, double tolerance = Tolerance)
    {
        var x = input is OnnxInput.Float64
            ? scored
            : new Matrix(scored.Rows, scored.Columns, Array.ConvertAll(scored.Values.ToArray(), v => (double)(float)v));
        var imported =
            OnnxModel.Import(OnnxExport.Write(detector, input), new OnnxOutput(Output: "scores", IsSequential: detector.IsSequential));
        imported.Fit(x);
        var (expected, actual) = (detector.DecisionFunction(x), imported.DecisionScores);
        // a score may be what is left of terms a million times as large
        var least = 1e-6 * Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(least, Math.Abs(expected[i])),
                $"{told}, {input}, row {i}: {expected[i]} became {actual[i]}");
        }
    }

    private static Matrix Table(Random random)
    {
        int rows = Pick(random, 1, 2, 3, 20, 60), columns = Pick(random, 1, 2, 3, 7), kind = random.Next(6);
        return new Matrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(k => kind switch
        {
            0 => random.Next(3),
            1 => k % columns == 0 ? 7 : random.NextDouble(),
            2 => 1e6 + random.NextDouble(),
            3 => random.NextDouble() * Math.Pow(10, k % columns % 5 - 2),
            4 => 0.1,
            _ => Math.Exp(3 * random.NextDouble()),
        })]);
    }

    /// <summary>
    /// The rows, their neighbours in float64 and float32, rows between and beside them, far ones, and values on cuts of a forest.
    /// </summary>
    private static Matrix Scored(Detector detector, Matrix x, Random random)
    {
        var rows = Enumerable.Range(0, x.Rows).Select(i => x.Row(i).ToArray()).ToList();
        for (var k = 0; k < 40; k++)
        {
            rows.Add(Array.ConvertAll(x.Row(random.Next(x.Rows)).ToArray(), v => random.Next(6) switch
            {
                0 => Math.BitIncrement(v),
                1 => Math.BitDecrement(v),
                2 => (float)v,
                3 => v + random.NextDouble(),
                4 => v * (1 + 1e-7),
                _ => 100 * random.NextDouble(),
            }));
        }
        foreach (var far in new[] { 1e6, -1e12, 0, -0.0, 1e-30 }) rows.Add([.. Enumerable.Repeat(far, x.Columns)]);
        if (detector is IsolationForest forest)
        {
            foreach (var tree in forest.Trees.Take(10))
            {
                if (tree.Feature[0] < 0) continue;
                var row = x.Row(0).ToArray();
                row[tree.Feature[0]] = forest.Keys.Value(tree.Feature[0], tree.Threshold[0]);
                rows.Add(row);
            }
        }
        return Matrix.FromRows(rows);
    }

    private static string Parameters(string name, Random random) => name switch
    {
        "IsolationForest" => $$"""{"n_estimators":{{Pick(random, 1, 3, 200)}},"max_samples":{{Pick(random, "1", "2", "1.0", "\"auto\"")}},"bootstrap":{{Pick(random, "true", "false")}}}""",
        "PCA" => $$"""{"n_components":{{Pick(random, "null", "1", "0.5")}},"standardization":{{Pick(random, "true", "false")}}}""",
        "HBOS" => $$"""{"n_bins":{{Pick(random, "1", "2", "17", "300", "\"auto\"")}},"mode":{{Pick(random, "\"static\"", "\"dynamic\"")}}}""",
        "OneClassSVM" => $$"""{"kernel":{{Pick(random, "\"rbf\"", "\"rbf\"", "\"sigmoid\"")}},"nu":{{Pick(random, "0.1", "0.9")}},"gamma":{{Pick(random, "\"scale\"", "\"auto\"", "0.7")}}}""",
        "AutoEncoder" => $$"""{"epochs":2,"hidden_neuron_list":{{Pick(random, "[1]", "[4,2,4]", "[33]")}},"hidden_activation_name":{{Pick(random, "\"relu\"", "\"tanh\"")}}}""",
        "DeepSVDD" => $$"""{"epochs":2,"hidden_neurons":{{Pick(random, "[1]", "[4,2]")}},"output_activation":{{Pick(random, "\"sigmoid\"", "\"tanh\"", "\"linear\"")}}}""",
        "LSTMAutoencoder" => $$"""{"epochs":1,"window_size":{{Pick(random, 1, 2, 7)}},"hidden_size":{{Pick(random, 1, 4)}}}""",
        _ => "{}",
    };

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
