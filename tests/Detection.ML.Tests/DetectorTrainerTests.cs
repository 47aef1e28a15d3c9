using System.Reflection;
using EventSourcedAnomaly.Detection.Tests;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML.Tests;

/// <summary>Every detector of tables is an ML.NET trainer, and says what the detector says.</summary>
public sealed class DetectorTrainerTests
{
    private static readonly Matrix Training = Tables.Rounded(TestData.Cloud(120, 3, outliers: 8));
    private static readonly Matrix Scored = Tables.Rounded(TestData.Cloud(40, 3, outliers: 4, seed: 2));
    private static readonly int[] Labels = TestData.LastAreAnomalies(120, 8);

    public static TheoryData<string> Names =>
        [.. MachineLearningAlgorithms.Catalog.All.Where(a => !MachineLearningAlgorithms.Catalog.Create(a.Name).IsSequential)
            .Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Columns_are_the_detectors_to_the_bit(string name)
    {
        var ml = new MLContext(1);
        var detector = MachineLearningAlgorithms.Catalog.Create(name, Short(name), seed: 5);
        if (detector is SupervisedDetector supervised) supervised.Fit(Training, Labels);
        else detector.Fit(Training);
        var expected = detector.DecisionFunction(Scored);

        foreach (var isDouble in new[] { false, true })
        {
            var training = isDouble ? ml.Doubles(Training, Labels) : ml.Singles(Training, Labels);
            var scored = isDouble ? ml.Doubles(Scored) : ml.Singles(Scored);
            var transformer = ml.AnomalyDetection.Trainers.Detector(name, parameters: Short(name), seed: 5).Fit(training);
            var output = transformer.Transform(scored);

            Assert.Equal(["Features", "Label", "Score", "DecisionScore", "Probability", "PredictedLabel"],
                output.Schema.Select(column => column.Name));
            Assert.Equal(detector.ToBytes(), transformer.Detector.ToBytes());
            Assert.Equal(expected, output.GetColumn<double>("DecisionScore"));
            Assert.Equal(expected.Select(score => (float)score), output.GetColumn<float>("Score"));
            Assert.Equal(expected.Select(score => (float)detector.Probability(score)), output.GetColumn<float>("Probability"));
            Assert.Equal(expected.Select(detector.IsAnomaly), output.GetColumn<bool>("PredictedLabel"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_saved_pipeline_scores_alike_in_another_context(string name)
    {
        var ml = new MLContext(1);
        var data = ml.Singles(Training, Labels);
        var transformer = ml.AnomalyDetection.Trainers.Detector(name, parameters: Short(name), seed: 5).Fit(data);
        using var file = new MemoryStream();
        ml.Model.Save(transformer, data.Schema, file);
        file.Position = 0;

        var other = new MLContext(2).RegisterDetectors();
        var loaded = other.Model.Load(file, out var schema);

        Assert.Equal(data.Schema.Select(column => column.Name), schema.Select(column => column.Name));
        Assert.Equal(transformer.Detector.DecisionFunction(Scored),
            loaded.Transform(other.Singles(Scored)).GetColumn<double>("DecisionScore"));
    }

    [Fact]
    public void A_pipeline_that_another_process_saved_is_read()
    {
        var ml = new MLContext(1).RegisterDetectors();
        var loaded = ml.Model.Load(Path.Combine(AppContext.BaseDirectory, "Stored", "hbos.zip"), out _);

        var scores = loaded.Transform(ml.Doubles(Scored)).GetColumn<double>("DecisionScore");

        Assert.Equal(TestData.Fitted("HBOS", Training).DecisionFunction(Scored), scores);
    }

    [Fact]
    public void Detectors_stand_behind_the_transforms_of_MLNET_and_before_its_evaluation()
    {
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, Training.Rows).Select(
            i => new Parts { A = (float)Training[i, 0], B = (float)Training[i, 1], Kind = i % 2 == 0 ? "x" : "y", Label = Labels[i] }));
        var pipeline = ml.Transforms.Categorical.OneHotEncoding("Kind")
            .Append(ml.Transforms.Concatenate("All", "A", "B", "Kind"))
            .Append(ml.Transforms.NormalizeMeanVariance("All"))
            .Append(ml.AnomalyDetection.Trainers.Ecod("All"));

        var model = pipeline.Fit(data);
        using var file = new MemoryStream();
        ml.Model.Save(model, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(3).RegisterDetectors().Model.Load(file, out _);

        Assert.Equal(model.Transform(data).GetColumn<double>("DecisionScore"), loaded.Transform(data).GetColumn<double>("DecisionScore"));
        Assert.True(ml.AnomalyDetection.Evaluate(loaded.Transform(data)).AreaUnderRocCurve > 0.95);
        Assert.Equal("XGBOD", ml.AnomalyDetection.Trainers.Xgbod("All").Fit(loaded.Transform(data)).Detector.Algorithm);
        var engine = ml.Model.CreatePredictionEngine<Parts, Prediction>(loaded);
        Assert.True(engine.Predict(new Parts { A = 50, B = -50, Kind = "x" }).PredictedLabel);
    }

    [Fact]
    public void The_shape_of_the_schema_is_known_before_a_fit()
    {
        var ml = new MLContext(1);
        var pipeline = ml.Transforms.Concatenate("Features", "A", "B").Append(ml.AnomalyDetection.Trainers.Hbos());
        var data = ml.Data.LoadFromEnumerable([new Parts()]);

        Assert.Equal(
            pipeline.Fit(data).Transform(data).Schema.Select(c => c.Name),
            [.. ml.Transforms.Concatenate("Features", "A", "B").Fit(data).Transform(data).Schema.Select(c => c.Name), "Score",
                "DecisionScore", "Probability", "PredictedLabel"]);
    }

    [Fact]
    public void Columns_that_do_not_fit_are_refused_by_name()
    {
        var ml = new MLContext(1);
        var data = ml.Singles(Training);
        var trainers = ml.AnomalyDetection.Trainers;
        var fitted = trainers.Ecod().Fit(data);

        Assert.Contains("'Absent' is missing; the data has 'Features', 'Label'",
            Assert.Throws<ArgumentException>(() => trainers.Ecod("Absent").Fit(data)).Message, StringComparison.Ordinal);
        Assert.Contains("'Label': expected a vector", Assert.Throws<ArgumentException>(() => trainers.Ecod("Label").Fit(data)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "expected a vector of 3 features, as in training, got 2",
            Assert.Throws<ArgumentException>(() => fitted.Transform(ml.Singles(TestData.Cloud(5, 2)))).Message, StringComparison.Ordinal);
        Assert.Contains("expected Boolean or Single labels",
            Assert.Throws<ArgumentException>(() => trainers.Xgbod(labelColumnName: "Features").Fit(data)).Message,
            StringComparison.Ordinal);
        Assert.Equal("trees", Assert.Throws<ParameterException>(() => trainers.IsolationForest(parameters: new { trees = 5 })).Parameter);
        Assert.Throws<NotSupportedException>(() => trainers.Detector("LSTMAutoencoder"));
    }

    [Fact]
    public void A_loaded_pipeline_may_be_used_on_several_threads_at_once()
    {
        var ml = new MLContext(1).RegisterDetectors();
        var loaded = ml.Model.Load(Path.Combine(AppContext.BaseDirectory, "Stored", "hbos.zip"), out _);
        var expected = TestData.Fitted("HBOS", Training).DecisionFunction(Scored);

        Parallel.For(0, 16, _ => Assert.Equal(expected, loaded.Transform(ml.Doubles(Scored)).GetColumn<double>("DecisionScore")));
    }

    [Fact]
    public void A_cancelled_token_stops_a_fit()
    {
        var ml = new MLContext(1);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() =>
            ml.AnomalyDetection.Trainers.Knn(cancellationToken: cancelled.Token).Fit(ml.Singles(Training)));
    }

    [Fact]
    public void Every_algorithm_of_tables_has_a_method_of_its_own()
    {
        var trainers = new MLContext(1).AnomalyDetection.Trainers;
        var methods = typeof(DetectorCatalogExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.Name != "Detector");
        var found = methods.Select(method =>
        {
            var given = method.GetParameters()
                .Select(p => p.ParameterType == typeof(CancellationToken) ? CancellationToken.None : p.DefaultValue).ToArray();
            given[0] = trainers;
            return ((DetectorTrainer)method.Invoke(null, given)!).Info.Name;
        });

        Assert.Equal(Names.Select(row => row.Data).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, System.Text.Json.JsonElement> Short(string name) =>
        TestData.Parameters(name is "AutoEncoder" or "DeepSVDD" ? """{"epochs":2}""" : "{}");

    private sealed class Parts
    {
        public float A { get; set; }

        public float B { get; set; }

        public string Kind { get; set; } = "x";

        public float Label { get; set; }
    }

    private sealed class Prediction
    {
        public bool PredictedLabel { get; set; }
    }
}
