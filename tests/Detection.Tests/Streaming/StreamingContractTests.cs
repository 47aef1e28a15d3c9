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
        var detector = StreamingAlgorithms.Create(name, name == "StreamingEnsemble" ? TestData.Parameters("""{"window_size":256}""") : null);
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
