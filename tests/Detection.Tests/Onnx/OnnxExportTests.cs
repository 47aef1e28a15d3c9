using EventSourcedAnomaly.Detection.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EventSourcedAnomaly.Detection.Tests.Onnx;

/// <summary>An exported model, run by ONNX Runtime, says what the detector says.</summary>
public sealed class OnnxExportTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string, string> Exported => new()
    {
        { "IsolationForest", "{}" },
        { "IsolationForest", """{"max_samples":1.0,"n_estimators":20,"max_features":0.6,"contamination":0.1}""" },
        { "PCA", "{}" },
        { "PCA", """{"n_components":2,"weighted":false,"standardization":false}""" },
        { "ECOD", "{}" },
        { "COPOD", "{}" },
        { "HBOS", "{}" },
        { "HBOS", """{"mode":"dynamic","n_bins":7,"tol":0.1}""" },
        { "HBOS", """{"n_bins":"auto"}""" },
        { "OneClassSVM", "{}" },
        { "OneClassSVM", """{"kernel":"linear","nu":0.2}""" },
        { "OneClassSVM", """{"kernel":"poly","degree":2,"coef0":1.0,"nu":0.2}""" },
        { "OneClassSVM", """{"kernel":"sigmoid","nu":0.3}""" },
        { "AutoEncoder", """{"epochs":3}""" },
        { "AutoEncoder", """{"epochs":3,"hidden_activation_name":"tanh"}""" },
        { "LSTMAutoencoder", """{"epochs":2,"window_size":5,"hidden_size":3}""" },
        { "DeepSVDD", """{"epochs":3}""" },
        { "DeepSVDD", """{"epochs":3,"use_ae":true,"dropout_rate":0.3,"c":0.5}""" },
        { "DeepSVDD", """{"epochs":3,"hidden_neurons":[5],"output_activation":"sigmoid","preprocessing":false}""" },
    };

    [Fact]
    public void Every_algorithm_that_claims_an_onnx_form_is_tested() =>
        Assert.Equal(OnnxExport.Algorithms.Order(StringComparer.Ordinal),
            Exported.Select(row => row.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Exported))]
    public void Scores_and_labels_are_the_detectors(string name, string parameters)
    {
        foreach (var (training, scored) in Tables())
        {
            var detector = TestData.Fitted(name, training, parameters, seed: 3);
            foreach (var input in Enum.GetValues<OnnxInput>())
            {
                // float32 loses what float64 keeps; both sides then see the same numbers
                var x = input is OnnxInput.Float64 ? scored : new Matrix(
                    scored.Rows, scored.Columns, [.. scored.Values.ToArray().Select(v => (double)(float)Math.Clamp(v, -1e30, 1e30))]);
                var expected = detector.DecisionFunction(x);
                var imported = OnnxModel.Import(
                    OnnxExport.Write(detector, input), new OnnxOutput(Output: "scores", IsSequential: detector.IsSequential));
                imported.Fit(x);
                var actual = imported.DecisionScores;
                // a score may be what is left of terms a million times as large
                var least = 1e-6 * Math.Max(1, expected.Max(Math.Abs));
                for (var i = 0; i < expected.Length; i++)
                    Assert.Equal(expected[i], actual[i], Tolerance * Math.Max(least, Math.Abs(expected[i])));
            }
        }
    }

    [Fact]
    public void Labels_are_one_above_the_threshold()
    {
        var x = TestData.Cloud(200, 3, outliers: 10);
        var detector = TestData.Fitted("PCA", x);
        var expected = detector.DecisionScores.Select(score => detector.IsAnomaly(score) ? 1L : 0L);
        using var session = new InferenceSession(OnnxExport.Write(detector));
        using var rows = OrtValue.CreateTensorValueFromMemory(x.Values.ToArray(), [200, 3]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["rows"], [rows], ["labels"]);
        Assert.Equal(expected, results[0].GetTensorDataAsSpan<long>().ToArray());
        Assert.Equal([200, 1], results[0].GetTensorTypeAndShape().Shape);
    }

    [Fact]
    public void The_same_detector_gives_the_same_bytes()
    {
        var detector = TestData.Fitted("IsolationForest", TestData.Cloud(50, 2));
        Assert.Equal(OnnxExport.Write(detector), OnnxExport.Write(Detector.FromBytes(detector.ToBytes())));
    }

    [Fact]
    public void An_algorithm_without_an_onnx_form_is_refused_by_name()
    {
        var refused = Assert.Throws<NotSupportedException>(() => OnnxExport.Write(TestData.Fitted("KNN", TestData.Cloud(30, 2))));
        Assert.Contains("KNN has no ONNX form", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unfitted_detector_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => OnnxExport.Write(Algorithms.Create("PCA")));

    /// <summary>Training tables with rows to score: the same rows, others, on edges, and far away.</summary>
    private static IEnumerable<(Matrix Training, Matrix Scored)> Tables()
    {
        var cloud = TestData.Cloud(150, 4, outliers: 5);
        yield return (cloud, cloud);
        yield return (cloud, TestData.Cloud(1_500, 4, outliers: 20, seed: 9));
        yield return (cloud, new Matrix(4, 4, [1e6, -1e6, 0, 1, 1e12, 1e12, -1e12, 0, 0, 0, 0, 0, -1e3, 1e3, -1e3, 1e3]));
        yield return (cloud, new Matrix(1, 4, [0.1, 0.2, 0.3, 0.4]));
        // few distinct values, a constant column, and scores of values on and beside them
        var grid = new Matrix(60,
            3, [.. Enumerable.Range(0, 180).Select(i => i % 3 == 0 ? 7.0 : i % 3 == 1 ? i / 3 % 4 : i / 3 % 7 * 0.1)]);
        yield return (grid, grid);
        yield return (grid, new Matrix(3, 3, [7, Math.BitDecrement(2.0), 0.1, 6.9, Math.BitIncrement(3.0), 0.35, 8, -1, 0.6000001]));
        yield return (new Matrix(1, 2, [3, 4]), new Matrix(2, 2, [3, 4, 5, 6]));
        // large offsets beside small spreads
        var offset = new Matrix(100, 2, [.. TestData.Cloud(100, 2).Values.ToArray().Select(v => 1e6 + v)]);
        yield return (offset, offset);
    }
}
