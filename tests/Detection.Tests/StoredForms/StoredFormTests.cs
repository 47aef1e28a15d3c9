using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests.StoredForms;

/// <summary>
/// Forms that an earlier version of the library wrote, with the scores it gave: they must be readable for good. The file is added to,
/// never made anew.
/// </summary>
public sealed class StoredFormTests
{
    private static readonly JsonElement Recorded = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "StoredForms", "stored-forms.json"))).RootElement;

    public static TheoryData<int> Detectors => [.. Enumerable.Range(0, Recorded.GetProperty("detectors").GetArrayLength())];

    public static TheoryData<int> Checkpoints => [.. Enumerable.Range(0, Recorded.GetProperty("checkpoints").GetArrayLength())];

    public static TheoryData<int> Streams => [.. Enumerable.Range(0, Recorded.GetProperty("streaming").GetArrayLength())];

    public static TheoryData<int> Drifts => [.. Enumerable.Range(0, Recorded.GetProperty("drift").GetArrayLength())];

    [Fact]
    public void A_form_of_every_algorithm_is_recorded()
    {
        Assert.Empty(Algorithms.All.Select(a => a.Name).Except(Names("detectors")));
        Assert.Empty(DriftAlgorithms.All.Select(a => a.Name).Except(Names("drift")));
        Assert.Empty(StreamingAlgorithms.All.Select(a => a.Name).Except(Names("streaming")));
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void A_detector_of_old_is_read_and_scores_as_it_did(int number)
    {
        var recorded = Recorded.GetProperty("detectors")[number];
        var detector = Detector.FromBytes(recorded.GetProperty("form").GetBytesFromBase64());
        Assert.Equal(recorded.GetProperty("algorithm").GetString(), detector.Algorithm);
        AssertClose(recorded.GetProperty("threshold").GetDouble(), detector.Threshold);
        var scores = detector.DecisionFunction(Table());
        foreach (var (expected, actual) in recorded.GetProperty("scores").EnumerateArray().Zip(scores))
            AssertClose(expected.GetDouble(), actual);
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void A_training_goes_on_from_a_checkpoint_of_old(int number)
    {
        var recorded = Recorded.GetProperty("checkpoints")[number];
        var detector = (NeuralDetector)Algorithms.Create(
            recorded.GetProperty("algorithm").GetString()!, TestData.Parameters(recorded.GetProperty("parameters").GetRawText()), 7);
        var training = detector.ResumeTraining(Table(), recorded.GetProperty("checkpoint").GetBytesFromBase64());
        while (!training.IsComplete) training.TrainEpoch();
        training.Complete();
        foreach (var (expected, actual) in recorded.GetProperty("scores").EnumerateArray().Zip(detector.DecisionFunction(Table())))
            AssertClose(expected.GetDouble(), actual);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_streaming_detector_of_old_is_read_and_goes_on(int number)
    {
        var recorded = Recorded.GetProperty("streaming")[number];
        var detector = StreamingDetector.FromBytes(recorded.GetProperty("form").GetBytesFromBase64());
        var scores = Enumerable.Range(40, 10).Select(
            i => detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(5 * i), [i * 7919 % 97 / 97.0 + (i == 44 ? 5 : 0)])).ToArray();
        foreach (var (expected, actual) in recorded.GetProperty("scores").EnumerateArray().Zip(scores))
        {
            // how the ensemble weighs its evidence may improve; that it goes on may not change
            if (detector.Algorithm == "StreamingEnsemble") Assert.InRange(actual, 0, 1);
            else AssertClose(expected.GetDouble(), actual);
        }
    }

    [Theory]
    [MemberData(nameof(Drifts))]
    public void A_detector_of_drift_of_old_is_read_and_goes_on(int number)
    {
        var recorded = Recorded.GetProperty("drift")[number];
        var detector = DriftDetector.FromBytes(recorded.GetProperty("form").GetBytesFromBase64());
        var changes = Enumerable.Range(40, 60).Where(i => detector.Update(5 + i * 7919 % 97 / 97.0)).ToArray();
        Assert.Equal(recorded.GetProperty("changes").EnumerateArray().Select(c => c.GetInt32()), changes);
    }

    [Fact]
    public void Every_form_cut_short_or_with_a_flipped_bit_is_refused()
    {
        var random = new Random(3);
        foreach (var (form, read) in Forms())
        {
            for (var trial = 0; trial < 60; trial++)
            {
                var broken = trial % 2 == 0 ? form[..random.Next(form.Length)] : [.. form];
                if (trial % 2 == 1) broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
                Assert.Throws<InvalidDataException>(() => read(broken));
            }
        }
    }

    [Fact]
    public void Content_that_does_not_fit_together_is_refused_or_read_but_nothing_else_even_with_a_right_checksum()
    {
        var random = new Random(4);
        foreach (var (form, read) in Forms())
        {
            for (var trial = 0; trial < 60; trial++)
            {
                byte[] broken = trial % 3 == 0 ? [.. form[..random.Next(8, form.Length - 32)], .. new byte[32]] : [.. form];
                if (trial % 3 == 1) broken[random.Next(8, broken.Length - 32)] ^= (byte)(1 << random.Next(8));
                if (trial % 3 == 2)
                    BitConverter.TryWriteBytes(broken.AsSpan(random.Next(8, Math.Min(broken.Length, 400) - 36)),
                        int.MaxValue - random.Next(3));
                SHA256.HashData(broken.AsSpan(0, broken.Length - 32), broken.AsSpan(broken.Length - 32));
                try
                {
                    read(broken);
                }
                catch (InvalidDataException refused)
                {
                    Assert.NotEmpty(refused.Message);
                }
            }
        }
    }

    [Fact]
    public void A_checkpoint_of_another_algorithm_or_with_a_flipped_bit_is_refused()
    {
        var training = ((NeuralDetector)Algorithms.Create("AutoEncoder")).BeginTraining(Table());
        training.TrainEpoch();
        var checkpoint = training.Checkpoint();
        Assert.Contains("is of AutoEncoder", Assert.Throws<InvalidDataException>(
            () => ((NeuralDetector)Algorithms.Create("DeepSVDD")).ResumeTraining(Table(), checkpoint)).Message, StringComparison.Ordinal);
        checkpoint[checkpoint.Length / 2] ^= 4;
        Assert.Contains("SHA-256", Assert.Throws<InvalidDataException>(
            () => ((NeuralDetector)Algorithms.Create("AutoEncoder"))
                .ResumeTraining(Table(), checkpoint)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(byte[] Form, Func<byte[], object> Read)> Forms()
    {
        foreach (var recorded in Recorded.GetProperty("detectors").EnumerateArray())
            yield return (recorded.GetProperty("form").GetBytesFromBase64(), bytes => Detector.FromBytes(bytes));
        foreach (var recorded in Recorded.GetProperty("streaming").EnumerateArray())
            yield return (recorded.GetProperty("form").GetBytesFromBase64(), bytes => StreamingDetector.FromBytes(bytes));
        foreach (var recorded in Recorded.GetProperty("drift").EnumerateArray())
            yield return (recorded.GetProperty("form").GetBytesFromBase64(), bytes => DriftDetector.FromBytes(bytes));
    }

    private static IEnumerable<string> Names(string kind) =>
        Recorded.GetProperty(kind).EnumerateArray().Select(recorded => recorded.GetProperty("algorithm").GetString()!);

    private static void AssertClose(double expected, double actual) =>
        Assert.Equal(expected, actual, 1e-9 * Math.Max(1, Math.Abs(expected)));

    /// <summary>The rows that were fitted and scored.</summary>
    private static Matrix Table()
    {
        var values = new double[48];
        for (var i = 0; i < 24; i++) (values[2 * i], values[2 * i + 1]) = (i * 7919 % 97 / 97.0, i * 104729 % 89 / 89.0);
        (values[46], values[47]) = (3, -2);
        return new Matrix(24, 2, values);
    }
}
