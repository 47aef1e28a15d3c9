using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests.Streaming;

/// <summary>What every streaming algorithm promises.</summary>
public sealed class StreamingContractTests
{
    public static TheoryData<string> Names => [.. StreamingAlgorithms.All.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scores_lie_in_the_unit_interval_and_never_reach_one(string name)
    {
        var detector = StreamingAlgorithms.Create(name, seed: 3);
        for (var i = 0; i < 1_500; i++)
        {
            var score = Feed(detector, i, i == 1_200 ? 1e9 : Wave(i));
            Assert.InRange(score, 0, Math.BitDecrement(1));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_restored_detector_goes_on_bit_by_bit_alike(string name)
    {
        var original = StreamingAlgorithms.Create(name, seed: 7);
        for (var i = 0; i < 700; i++) Feed(original, i, Wave(i));
        var bytes = original.ToBytes();
        var restored = StreamingDetector.FromBytes(bytes);
        Assert.Equal(bytes, restored.ToBytes());
        for (var i = 700; i < 1_400; i++) Assert.Equal(Feed(original, i, Wave(i)), Feed(restored, i, Wave(i)));
        Assert.Equal(original.ToBytes(), restored.ToBytes());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_state_of_a_long_stream_stays_bounded(string name)
    {
        var detector =
            StreamingAlgorithms.Create(name, name == "StreamingEnsemble" ? TestData.Parameters("""{"window_size":256}""") : null);
        for (var i = 0; i < 4_000; i++) Feed(detector, i, Wave(i));
        var size = detector.ToBytes().Length;
        for (var i = 4_000; i < 12_000; i++) Feed(detector, i, Wave(i));
        Assert.InRange(detector.ToBytes().Length, 0, 1.25 * size);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_missing_value_scores_zero_and_teaches_nothing(string name)
    {
        var detector = StreamingAlgorithms.Create(name);
        Feed(detector, 0, 1);
        var before = detector.ToBytes();
        Assert.Equal(0, Feed(detector, 1, double.NaN));
        Assert.Equal(before, detector.ToBytes());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_constant_stream_is_never_anomalous(string name)
    {
        var detector = StreamingAlgorithms.Create(name);
        for (var i = 0; i < 1_000; i++) Assert.InRange(Feed(detector, i, 42), 0, 0.5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Extreme_values_and_times_in_any_order_score_in_the_unit_interval(string name)
    {
        Func<int, double>[] streams =
        [
            i => i % 2 == 0 ? 1e75 : -1e75, i => i % 100 == 99 ? 1e75 : Wave(i), i => i == 400 ? 1e75 : 1e-300 * Wave(i),
            i => double.Epsilon * (i % 3), i => i % 3 == 0 ? 1 : Math.BitIncrement(1.0), i => i % 2 == 0 ? -0.0 : 0.0,
        ];
        Func<int, DateTimeOffset>[] clocks =
        [
            _ => DateTimeOffset.UnixEpoch, i => DateTimeOffset.MaxValue.AddDays(-37 * i),
            i => i % 2 == 0 ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue,
        ];
        foreach (var stream in streams)
        {
            foreach (var clock in clocks)
            {
                var detector = StreamingAlgorithms.Create(name);
                for (var i = 0; i < 450; i++) Assert.InRange(detector.Score(clock(i), [stream(i), stream(i + 1)]), 0, Math.BitDecrement(1));
            }
        }
    }

    [Theory]
    [InlineData("StreamingZScore")]
    [InlineData("HalfSpaceTrees")]
    [InlineData("RobustRandomCutForest")]
    [InlineData("KNNCAD")]
    public void The_unit_of_the_values_does_not_matter(string name)
    {
        var (usual, tiny) = (StreamingAlgorithms.Create(name, seed: 1), StreamingAlgorithms.Create(name, seed: 1));
        for (var i = 0; i < 600; i++)
            Assert.Equal(Feed(usual, i, Wave(i)), Feed(tiny, i, Math.ScaleB(Wave(i), -60)), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Wrong_shapes_and_damaged_states_are_refused_by_name(string name)
    {
        var detector = StreamingAlgorithms.Create(name);
        Feed(detector, 0, 1);
        Assert.Contains("expected 1 values", Assert.Throws<ArgumentException>(
            () => detector.Score(DateTimeOffset.UnixEpoch, [1, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("values[0]", Assert.Throws<ArgumentException>(
            () => Feed(detector, 1, double.PositiveInfinity)).Message, StringComparison.Ordinal);
        var bytes = detector.ToBytes();
        bytes[^40] ^= 1;
        Assert.Throws<InvalidDataException>(() => StreamingDetector.FromBytes(bytes));
    }

    [Fact]
    public void Unknown_names_and_values_are_refused_by_name()
    {
        Assert.Equal("algorithm", Assert.Throws<ParameterException>(() => StreamingAlgorithms.Create("nothing")).Parameter);
        Assert.Equal("window_size", Assert.Throws<ParameterException>(
            () => StreamingAlgorithms.Create("StreamingEnsemble", TestData.Parameters("""{"window_size":1}"""))).Parameter);
    }

    private static double Feed(StreamingDetector detector, int i, double value) =>
        detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(5 * i), [value]);

    private static double Wave(int i) => Math.Sin(i * Math.PI / 144) + (i * 7919 % 101 / 101.0);
}
