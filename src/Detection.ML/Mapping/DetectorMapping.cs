using System.Buffers;
using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML.Mapping;

/// <summary>
/// Scores rows. The detector comes with the rows, as the same piece of text in each, and is read when the first row of it comes; rows may
/// be mapped on several threads at once.
/// </summary>
internal sealed class DetectorMapping(bool isDouble, LoadedDetector? loaded)
{
    private LoadedDetector? _loaded = loaded;

    public bool IsDouble { get; } = isDouble;

    public void Score(SingleRow row, DetectorOutput output)
    {
        var detector = DetectorOf(row.DetectorModel);
        var features = ArrayPool<double>.Shared.Rent(row.DetectorFeatures.Length);
        FeatureColumn.Widen(row.DetectorFeatures.IsDense ? row.DetectorFeatures.GetValues() : Dense(row.DetectorFeatures), features);
        Score(detector, features.AsSpan(0, row.DetectorFeatures.Length), output);
        ArrayPool<double>.Shared.Return(features);
    }

    public void Score(DoubleRow row, DetectorOutput output) => Score(
        DetectorOf(row.DetectorModel),
        row.DetectorFeatures.IsDense ? row.DetectorFeatures.GetValues() : Dense(row.DetectorFeatures), output);

    private static void Score(Detector detector, ReadOnlySpan<double> features, DetectorOutput output)
    {
        var raw = detector.DecisionFunction(features);
        (output.Score, output.DecisionScore) = ((float)raw, raw);
        output.Probability = (float)detector.Probability(raw);
        output.PredictedLabel = detector.IsAnomaly(raw);
    }

    private static T[] Dense<T>(VBuffer<T> sparse)
    {
        var dense = new T[sparse.Length];
        sparse.CopyTo(dense);
        return dense;
    }

    private Detector DetectorOf(ReadOnlyMemory<char> model)
    {
        var last = Volatile.Read(ref _loaded);
        if (last is not null && last.Model.Equals(model)) return last.Detector;
        // another thread may read the same text meanwhile, to the same end
        var read = last is not null && last.Model.Span.SequenceEqual(model.Span) ? last with { Model = model } : LoadedDetector.Of(model);
        Volatile.Write(ref _loaded, read);
        return read.Detector;
    }
}
