using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests.Streaming;

public sealed class DriftDetectorTests
{
    private static DriftDetector Create(string name) => name switch
    {
        "ADWIN" => new Adwin(),
        "PageHinkley" => new PageHinkley(threshold: 20),
        _ => new Kswin(alpha: 1e-4, seed: 3),
    };

    [Theory]
    [InlineData("ADWIN")]
    [InlineData("PageHinkley")]
    [InlineData("KSWIN")]
    public void A_changed_mean_is_detected_soon_and_a_stable_stream_is_left_alone(string name)
    {
        var detector = Create(name);
        var random = new Random(11);
        var changes = Enumerable.Range(0, 2_000).Where(i => detector.Update(random.NextDouble() + (i < 1_000 ? 0 : 0.8))).ToArray();
        Assert.NotEmpty(changes);
        Assert.InRange(changes[0], 1_000, 1_100);
    }

    [Theory]
    [InlineData("ADWIN")]
    [InlineData("PageHinkley")]
    [InlineData("KSWIN")]
    public void A_restored_detector_goes_on_bit_by_bit_alike(string name)
    {
        var original = DriftAlgorithms.Create(name, seed: 5);
        var random = new Random(3);
        for (var i = 0; i < 777; i++) original.Update(random.NextDouble() * (1 + i / 300));
        var restored = DriftDetector.FromBytes(original.ToBytes());
        Assert.Equal(original.ToBytes(), restored.ToBytes());
        Assert.Equal((777, name), (restored.Count, restored.Algorithm));
        for (var i = 0; i < 2_000; i++)
        {
            var value = random.NextDouble() * (1 + i / 300);
            Assert.Equal(original.Update(value), restored.Update(value));
        }
        Assert.Equal(original.ToBytes(), restored.ToBytes());
        var damaged = original.ToBytes();
        damaged[^40] ^= 1;
        Assert.Throws<InvalidDataException>(() => DriftDetector.FromBytes(damaged));
    }

    [Fact]
    public void Every_detector_is_listed_by_name_with_its_parameters()
    {
        Assert.Equal(["ADWIN", "PageHinkley", "KSWIN"], DriftAlgorithms.All.Select(a => a.Name));
        Assert.Equal(0.01, DriftAlgorithms.Create("adwin", TestData.Parameters("""{"delta":0.01}""")).Parameters.Values["delta"]);
        Assert.Equal("delta", Assert.Throws<ParameterException>(
            () => DriftAlgorithms.Create("ADWIN", TestData.Parameters("""{"delta":1}"""))).Parameter);
        Assert.Equal("algorithm", Assert.Throws<ParameterException>(() => DriftAlgorithms.Create("nothing")).Parameter);
    }

    [Fact]
    public void Adwin_keeps_what_follows_the_change_in_logarithmic_memory()
    {
        var adwin = new Adwin();
        for (var i = 0; i < 1_000; i++) adwin.Update(0.2 + i % 2 * 0.01);
        Assert.Equal(1_000, adwin.Width);
        Assert.Equal(0.205, adwin.Mean, 1e-12);
        for (var i = 0; i < 1_000; i++) adwin.Update(0.8 + i % 2 * 0.01);
        Assert.InRange(adwin.Width, 900, 1_100);
        Assert.Equal(0.805, adwin.Mean, 0.02);
    }

    [Fact]
    public void Page_and_Hinkleys_sum_crosses_its_threshold_where_arithmetic_says()
    {
        // 100 zeros, then ones: the k-th one adds 1 - k/(100 + k) = 100/(100 + k); the sum exceeds 5 at k = 6
        var test = new PageHinkley(delta: 0, threshold: 5, alpha: 1);
        for (var i = 0; i < 100; i++) Assert.False(test.Update(0));
        Assert.Equal(6, Enumerable.Range(1, 20).First(_ => test.Update(1)));
    }

    [Fact]
    public void Settings_and_numbers_out_of_range_are_refused_by_name()
    {
        Assert.Equal("delta", Assert.Throws<ParameterException>(() => new Adwin(delta: 1)).Parameter);
        Assert.Equal("window_size", Assert.Throws<ParameterException>(() => new Kswin(window_size: 40)).Parameter);
        Assert.Equal("threshold", Assert.Throws<ParameterException>(() => new PageHinkley(threshold: 0)).Parameter);
        Assert.Contains("value", Assert.Throws<ArgumentException>(() => new Adwin().Update(double.NaN)).Message, StringComparison.Ordinal);
    }
}
