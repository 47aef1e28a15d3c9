using System.Text;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Tests.Onnx;

/// <summary>Models trained elsewhere.</summary>
public sealed class OnnxModelTests
{
    private static readonly Matrix X = TestData.Cloud(80, 3, outliers: 4);

    [Fact]
    public void An_imported_model_is_a_detector_that_can_be_stored()
    {
        var model = OnnxModel.Import(Norms(), contamination: 0.05);
        model.Fit(X);
        Assert.Equal(Math.Sqrt(X.Row(79).ToArray().Sum(v => v * v)), model.DecisionFunction(X.Row(79)), 1e-12);
        Assert.Equal(4, model.DecisionScores.Count(model.IsAnomaly));
        Assert.Equal(1, Evaluation.RocAuc(model.DecisionScores, TestData.LastAreAnomalies(80, 4)));
        var restored = Detector.FromBytes(model.ToBytes());
        Assert.Equal(model.DecisionFunction(X), restored.DecisionFunction(X));
        Assert.Equal(model.ToBytes(), restored.ToBytes());
    }

    [Fact]
    public void Low_scores_may_be_the_anomalous_ones()
    {
        var model = OnnxModel.Import(Norms(), new OnnxOutput(LowerIsAnomalous: true));
        model.Fit(X);
        Assert.Equal(0, Evaluation.RocAuc(model.DecisionScores, TestData.LastAreAnomalies(80, 4)));
    }

    [Fact]
    public void A_model_that_reconstructs_rows_scores_their_distance()
    {
        var model = OnnxModel.Import(Model(graph => graph.Name(graph.Add("Tanh", "rows"), "y"), 3), new(OnnxReading.Reconstruction));
        model.Fit(X);
        var expected = Math.Sqrt(X.Row(5).ToArray().Sum(v => Math.Pow(v - Math.Tanh(v), 2)));
        Assert.Equal(expected, model.DecisionFunction(X.Row(5)), 1e-12);
    }

    [Fact]
    public void The_last_class_of_a_classifier_may_be_the_score()
    {
        var model = OnnxModel.Import(Model(graph => graph.Name(graph.Add("Softmax", ["rows"], ("axis", 1L)), "y"), 3),
            new(OnnxReading.LastColumn));
        model.Fit(X);
        var row = X.Row(7).ToArray().Select(Math.Exp).ToArray();
        Assert.Equal(row[2] / row.Sum(), model.DecisionFunction(X.Row(7)), 1e-9);
    }

    [Fact]
    public void Another_number_of_columns_is_refused() => Assert.Contains("expected 3 columns as the ONNX model takes",
        Assert.Throws<ArgumentException>(() => OnnxModel.Import(Norms()).Fit(TestData.Cloud(10, 2))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_output_that_says_too_much_is_refused()
    {
        var model = OnnxModel.Import(Model(graph => graph.Name(graph.Add("Tanh", "rows"), "y"), 3));
        Assert.Contains("has 3 numbers for a row, Score needs 1", Assert.Throws<InvalidDataException>(() => model.Fit(X)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_that_are_no_numbers_are_refused()
    {
        var model = OnnxModel.Import(Model(graph => graph.Name(graph.RowSums(graph.Add("Log", "rows")), "y"), 1));
        Assert.Contains("NaN", Assert.Throws<InvalidDataException>(() => model.Fit(X)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a model at all")]
    [InlineData("{\"onnx\": true}")]
    public void Bytes_that_are_no_model_are_refused(string text) =>
        Assert.Contains("not an ONNX model", Refused(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal);

    [Fact]
    public void Every_model_cut_short_or_scrambled_is_refused_or_runs()
    {
        var bytes = OnnxExport.Write(TestData.Fitted("AutoEncoder", X, """{"epochs":1}"""));
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var broken = trial % 2 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            if (trial % 2 == 1) broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                OnnxModel.Import(broken, new OnnxOutput(Output: "scores")).Fit(X);
            }
            catch (Exception refused) when (refused is InvalidDataException or ArgumentException)
            {
                Assert.NotEmpty(refused.Message);
            }
        }
    }

    [Fact]
    public void Tensors_in_other_files_are_refused()
    {
        // TensorProto with data_location = EXTERNAL as an initializer of the graph
        byte[] tensor = [14 << 3, 1];
        byte[] graph = [(5 << 3) | 2, (byte)tensor.Length, .. tensor];
        Assert.Contains("other files", Refused([(7 << 3) | 2, (byte)graph.Length, .. graph]), StringComparison.Ordinal);
    }

    [Fact]
    public void Operators_of_others_are_refused()
    {
        var node = OnnxWire.Node("Anything", "com.example", ["rows"], ["y"], []);
        var graph = OnnxWire.Graph("g", [node], [], [], []);
        Assert.Contains("com.example", Refused(OnnxWire.Model(graph, "1", [("", 17)], [])), StringComparison.Ordinal);
    }

    [Fact]
    public void Graphs_nested_without_end_are_refused()
    {
        byte[] graph = OnnxWire.Graph("g", [], [], [], []);
        for (var depth = 0; depth < 200; depth++)
            graph = OnnxWire.Graph("g", [OnnxWire.Node("If", "", ["rows"], ["y"], [OnnxWire.Attribute("then_branch", graph)])], [], [], []);
        Assert.Contains("nests", Refused(OnnxWire.Model(graph, "1", [("", 17)], [])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_a_table_as_its_input_is_refused()
    {
        var graph = new OnnxGraph();
        graph.Name(graph.Add("Neg", "rows"), "y");
        var bytes = graph.ToBytes("g", [OnnxWire.Value("rows", OnnxType.Int64, -1, 3)], [OnnxWire.Value("y", OnnxType.Int64, -1, 3)]);
        Assert.Contains("expected one input", Refused(OnnxWire.Model(bytes, "1", [("", 17)], [])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_never_ends_is_stopped()
    {
        var model = OnnxModel.Import(Endless());
        model.MaxRunTime = TimeSpan.FromMilliseconds(100);
        Assert.Contains("ran longer than 0.1 seconds on 80 rows", Assert.Throws<InvalidDataException>(() => model.Fit(X)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_of_a_run_is_positive_and_at_most_a_day()
    {
        var model = OnnxModel.Import(Norms());
        Assert.Throws<ArgumentOutOfRangeException>(() => model.MaxRunTime = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.MaxRunTime = TimeSpan.MaxValue);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1L << 33)]
    [InlineData(100_001)]
    public void An_unknown_or_absurd_number_of_features_is_refused(long features)
    {
        var graph = new OnnxGraph();
        graph.Name(graph.Add("Tanh", "rows"), "y");
        var bytes = graph.ToBytes("g", [OnnxWire.Value("rows", OnnxType.Double, -1, features)],
            [OnnxWire.Value("y", OnnxType.Double, -1, features)]);
        Assert.Contains("expected one input", Refused(OnnxWire.Model(bytes, "1", [("", 17)], [])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_is_only_said_to_be_large_is_refused()
    {
        foreach (var place in new[] { 5, 15 })
        {
            // dims = [2^20, 2^20] in a TensorProto, or as field 3 in a SparseTensorProto
            var dims = place == 5 ? 1 << 3 : 3 << 3;
            byte[] tensor = [(byte)dims, 0x80, 0x80, 0x40, (byte)dims, 0x80, 0x80, 0x40];
            byte[] graph = [(byte)((place << 3) | 2), (byte)tensor.Length, .. tensor];
            Assert.Contains("elements", Refused([(7 << 3) | 2, (byte)graph.Length, .. graph]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_unknown_output_is_refused_by_name() => Assert.Contains("'nothing'", Assert.Throws<InvalidDataException>(
        () => OnnxModel.Import(Norms(), new OnnxOutput(Output: "nothing"))).Message, StringComparison.Ordinal);

    private static string Refused(byte[] bytes) => Assert.Throws<InvalidDataException>(() => OnnxModel.Import(bytes)).Message;

    /// <summary>A loop whose condition stays true.</summary>
    private static byte[] Endless()
    {
        const OnnxType Truth = (OnnxType)9;
        var body = new OnnxGraph("body_");
        body.Name("going", "going_on");
        body.Name(body.Add("Sqrt", "sum"), "sum_out");
        var bytes = body.ToBytes(
            "body",
            [OnnxWire.Value("round", OnnxType.Int64), OnnxWire.Value("going", Truth), OnnxWire.Value("sum", OnnxType.Double, -1, 1)],
            [OnnxWire.Value("going_on", Truth), OnnxWire.Value("sum_out", OnnxType.Double, -1, 1)]);
        return Model(graph =>
        {
            var always = graph.Add("Greater", graph.Scalar(1), graph.Scalar(0));
            graph.Name(graph.Add("Loop", ["", always, graph.RowSums(graph.Square("rows"))], ("body", bytes)), "y");
        }, 1);
    }

    private static byte[] Norms() => Model(graph => graph.Name(graph.Add("Sqrt", graph.RowSums(graph.Square("rows"))), "y"), 1);

    private static byte[] Model(Action<OnnxGraph> build, int outputs)
    {
        var graph = new OnnxGraph();
        build(graph);
        var bytes = graph.ToBytes("g", [OnnxWire.Value("rows", OnnxType.Double, -1, 3)],
            [OnnxWire.Value("y", OnnxType.Double, -1, outputs)]);
        return OnnxWire.Model(bytes, "1", [("", 17)], []);
    }
}
