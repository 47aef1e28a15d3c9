namespace EventSourcedAnomaly.Detection.Tests.Neural;

public sealed class NetworkTrainingTests
{
    public static TheoryData<string> Names => ["AutoEncoder", "LSTMAutoencoder", "DeepSVDD"];

    private const string Parameters = """{"epochs":6,"patience":0}""";

    private static NeuralDetector Create(string name) => (NeuralDetector)Algorithms.Create(name, TestData.Parameters(Parameters), seed: 2);

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_falls_while_training(string name)
    {
        var training = Create(name).BeginTraining(TestData.Cloud(200, 3));
        var first = training.TrainEpoch();
        EpochReport last = first;
        while (!training.IsComplete) last = training.TrainEpoch();
        Assert.Equal(6, last.Epoch);
        Assert.True(last.Loss < first.Loss);
        Assert.NotNull(last.ValidationLoss);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_training_resumed_from_a_checkpoint_ends_with_the_same_bits(string name)
    {
        var x = TestData.Cloud(150, 3, outliers: 3);
        var straight = Create(name);
        straight.Fit(x);

        var interrupted = Create(name).BeginTraining(x);
        interrupted.TrainEpoch();
        interrupted.TrainEpoch();
        var resumed = Create(name);
        var training = resumed.ResumeTraining(x, interrupted.Checkpoint());
        while (!training.IsComplete) training.TrainEpoch();
        training.Complete();

        Assert.Equal(straight.DecisionScores, resumed.DecisionScores);
        Assert.Equal(straight.ToBytes(), resumed.ToBytes());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_number_of_threads_does_not_change_the_weights(string name)
    {
        var x = TestData.Cloud(100, 2);
        var (one, all) = (Create(name), Create(name));
        one.MaxDegreeOfParallelism = 1;
        one.Fit(x);
        all.Fit(x);
        Assert.Equal(one.DecisionScores, all.DecisionScores);
    }

    [Theory]
    [InlineData("constant", 0.1, 0.1, 0.1)]
    [InlineData("step", 0.1, 0.1, 0.05)]
    [InlineData("exponential", 0.1, 0.05, 0.025)]
    [InlineData("cosine", 0.1, 0.08535533905932738, 0.05)]
    public void The_learning_rate_follows_its_schedule(string schedule, double first, double second, double third)
    {
        foreach (var name in new[] { "AutoEncoder", "LSTMAutoencoder", "DeepSVDD" })
        {
            var detector = (NeuralDetector)Algorithms.Create(name, TestData.Parameters(
                $$"""{"epochs":4,"lr":0.1,"lr_schedule":"{{schedule}}","lr_step_size":2,"lr_gamma":0.5,"patience":0}"""));
            var training = detector.BeginTraining(TestData.Cloud(30, 2));
            double[] rates = [training.TrainEpoch().LearningRate, training.TrainEpoch().LearningRate, training.TrainEpoch().LearningRate];
            Assert.Equal(first, rates[0], 1e-15);
            Assert.Equal(second, rates[1], 1e-15);
            Assert.Equal(third, rates[2], 1e-15);
        }
    }

    [Theory]
    [InlineData("step")]
    [InlineData("cosine")]
    public void A_resumed_training_takes_its_schedule_up_where_it_was(string schedule)
    {
        var x = TestData.Cloud(80, 3);
        var parameters =
            TestData.Parameters($$"""{"epochs":6,"lr_schedule":"{{schedule}}","lr_step_size":2,"patience":0,"batch_size":7}""");
        var straight = (NeuralDetector)Algorithms.Create("DeepSVDD", parameters, seed: 4);
        straight.Fit(x);
        var interrupted = ((NeuralDetector)Algorithms.Create("DeepSVDD", parameters, seed: 4)).BeginTraining(x);
        for (var epoch = 0; epoch < 3; epoch++) interrupted.TrainEpoch();
        var resumed = (NeuralDetector)Algorithms.Create("DeepSVDD", parameters, seed: 4);
        var training = resumed.ResumeTraining(x, interrupted.Checkpoint());
        while (!training.IsComplete) training.TrainEpoch();
        training.Complete();
        Assert.Equal(straight.ToBytes(), resumed.ToBytes());
    }

    [Theory]
    [InlineData("DeepSVDD", """{"epochs":4,"dropout_rate":0.3,"use_ae":true,"patience":0,"batch_size":7}""")]
    [InlineData("DeepSVDD", """{"epochs":4,"dropout_rate":0.5,"c":[0.5,-1.0],"hidden_neurons":[8,2],"patience":0}""")]
    [InlineData("AutoEncoder", """{"epochs":4,"dropout_rate":0.2,"preprocessing":false,"patience":0}""")]
    public void Units_left_out_at_random_are_the_same_for_any_threads_and_after_a_pause(string name, string parameters)
    {
        var x = TestData.Cloud(80, 3);
        NeuralDetector Create() => (NeuralDetector)Algorithms.Create(name, TestData.Parameters(parameters), seed: 4);
        var (straight, resumed) = (Create(), Create());
        straight.MaxDegreeOfParallelism = 1;
        straight.Fit(x);
        var interrupted = Create().BeginTraining(x);
        for (var epoch = 0; epoch < 2; epoch++) interrupted.TrainEpoch();
        var training = resumed.ResumeTraining(x, interrupted.Checkpoint());
        while (!training.IsComplete) training.TrainEpoch();
        training.Complete();
        Assert.Equal(straight.ToBytes(), resumed.ToBytes());
        var whole = (NeuralDetector)Algorithms.Create(name,
            TestData.Parameters(parameters.Replace("dropout_rate\":0.", "dropout_rate\":0.0", StringComparison.Ordinal)), seed: 4);
        whole.Fit(x);
        Assert.NotEqual(straight.DecisionScores, whole.DecisionScores);
    }

    [Theory]
    [InlineData("""{"use_ae":true}""")]
    [InlineData("""{"dropout_rate":0.2,"c":1.0}""")]
    [InlineData("""{"hidden_activation":"sigmoid","output_activation":"linear","c":[0.5,0.5],"hidden_neurons":[16,2]}""")]
    public void A_sphere_described_in_other_ways_still_leaves_far_rows_outside(string parameters)
    {
        var detector = TestData.Fitted("DeepSVDD", TestData.Cloud(400, 4, outliers: 6), parameters);
        Assert.True(Evaluation.RocAuc(detector.DecisionScores, TestData.LastAreAnomalies(400, 6)) > 0.95);
    }

    [Fact]
    public void A_given_centre_is_the_one_that_distances_are_measured_from()
    {
        // no row, no weight: with a linear network all is mapped to the origin where all features are at their mean
        var detector = TestData.Fitted("DeepSVDD", TestData.Cloud(50, 2),
            """{"epochs":1,"c":[3.0,-4.0],"hidden_neurons":[2],"output_activation":"linear","preprocessing":false}""");
        Assert.Equal(25, detector.DecisionFunction([0.0, 0.0]), 1e-12);
    }

    [Fact]
    public void A_centre_has_a_coordinate_for_each_unit_of_the_last_layer() => Assert.Equal("c", Assert.Throws<ParameterException>(
        () => Algorithms.Create("DeepSVDD", TestData.Parameters("""{"c":[1.0],"hidden_neurons":[4,2]}"""))).Parameter);

    [Fact]
    public void A_training_that_leaves_the_numbers_ends_with_the_best_weights_so_far()
    {
        // linear layers that are all stretched by the first step
        var x = new Matrix(30, 2, [.. TestData.Cloud(30, 2).Values.ToArray().Select(v => 1e60 * v)]);
        var widths = string.Join(',', Enumerable.Repeat(16, 120));
        var detector = (NeuralDetector)Algorithms.Create("AutoEncoder", TestData.Parameters(
            $$"""{"preprocessing":false,"clip_norm":0,"lr":1.0,"patience":0,"epochs":8,"hidden_activation_name":"linear","hidden_neuron_list":[{{widths}}]}"""));
        var training = detector.BeginTraining(x);
        var reports = new List<EpochReport>();
        while (!training.IsComplete) reports.Add(training.TrainEpoch());
        training.Complete();
        Assert.True(training.Epoch < 8);
        Assert.All(reports, report => Assert.True(double.IsFinite(report.Loss) && double.IsFinite(report.ValidationLoss!.Value)));
        Assert.All(detector.DecisionFunction(x), score => Assert.True(double.IsFinite(score)));
        Assert.All(training.Scores(), score => Assert.True(double.IsFinite(score)));
    }

    [Fact]
    public void Training_stops_when_the_loss_no_longer_improves()
    {
        var detector = (NeuralDetector)Algorithms.Create("AutoEncoder", TestData.Parameters("""{"epochs":500,"patience":2,"lr":0.05}"""));
        var training = detector.BeginTraining(TestData.Cloud(60, 2));
        while (!training.IsComplete) training.TrainEpoch();
        Assert.True(training.Epoch < 500);
    }

    [Fact]
    public void A_checkpoint_of_another_network_is_refused() => Assert.Throws<InvalidDataException>(() =>
        Create(
            "AutoEncoder").ResumeTraining(TestData.Cloud(20, 5), Create("AutoEncoder").BeginTraining(TestData.Cloud(20, 3)).Checkpoint()));

    [Fact]
    public void A_break_in_the_rhythm_of_a_series_stands_out()
    {
        var series = Enumerable.Range(0, 600).Select(i => Math.Sin(i * 2 * Math.PI / 24)).ToArray();
        series[555] = -2.5;
        var detector = TestData.Fitted("LSTMAutoencoder", new Matrix(600, 1, series), """{"epochs":10}""");
        var scores = detector.DecisionScores;
        Assert.Equal(555, Array.IndexOf(scores, scores.Max()));
    }
}
