using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.ML.Boosting;

/// <summary>Unsupervised detectors with the trees that learned from their scores and the features.</summary>
internal sealed class StackedModel
{
    private readonly Standardizer _features;
    private readonly Detector[] _members;
    private readonly Standardizer _scores;
    private readonly BoostedTrees _trees;

    private StackedModel(Standardizer features, Detector[] members, Standardizer scores, BoostedTrees trees) =>
        (_features, _members, _scores, _trees) = (features, members, scores, trees);

    public IReadOnlyList<Detector> Members => _members;

    /// <summary>Fits the members without labels, and the trees with them.</summary>
    public static StackedModel Fit(
        Detector[] members, Matrix x, int[] labels, BoostingSettings settings, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var features = Standardizer.Fit(x);
        var z = features.Transform(x);
        var raw = new double[x.Rows * members.Length];
        for (var m = 0; m < members.Length; m++)
        {
            members[m].MaxDegreeOfParallelism = maxDegreeOfParallelism;
            members[m].Fit(z, progress: null, ct);
            var scores = members[m].DecisionScoresSpan;
            for (var i = 0; i < scores.Length; i++) raw[i * members.Length + m] = Bounded(scores[i]);
        }
        var scale = Standardizer.Fit(new Matrix(x.Rows, members.Length, raw));
        var both = new double[x.Rows * (x.Columns + members.Length)];
        for (var i = 0; i < x.Rows; i++)
        {
            var row = both.AsSpan(i * (x.Columns + members.Length));
            z.Row(i).CopyTo(row);
            scale.Transform(raw.AsSpan(i * members.Length, members.Length), row.Slice(x.Columns, members.Length));
        }
        var trees = BoostedTrees.Fit(new Matrix(x.Rows, x.Columns + members.Length, both), labels, settings, ct);
        return new StackedModel(features, members, scale, trees);
    }

    /// <summary>The margins of rows laid out one after the other.</summary>
    public void Score(ReadOnlySpan<double> rows, Span<double> margins)
    {
        var (count, width, members) = (margins.Length, rows.Length / margins.Length, _members.Length);
        using var standardized = new PooledBuffer<double>(rows.Length);
        using var raw = new PooledBuffer<double>(members * count);
        using var scores = new PooledBuffer<double>(2 * members);
        using var both = new PooledBuffer<float>(width + members);
        _features.Transform(rows, standardized.Span);
        for (var m = 0; m < members; m++) _members[m].DecisionFunction(standardized.Span, raw.Span.Slice(m * count, count));
        var given = scores.Span[..members];
        var scaled = scores.Span[members..];
        for (var i = 0; i < count; i++)
        {
            for (var f = 0; f < width; f++) both.Span[f] = TrainingRow.Narrowed(standardized.Span[i * width + f]);
            for (var m = 0; m < members; m++) given[m] = Bounded(raw.Span[m * count + i]);
            _scores.Transform(given, scaled);
            for (var m = 0; m < members; m++) both.Span[width + m] = TrainingRow.Narrowed(scaled[m]);
            margins[i] = _trees.Margin(both.Span);
        }
    }

    public void Write(ModelWriter writer)
    {
        writer.Array(_features.Mean);
        writer.Array(_features.Scale);
        writer.Int(_members.Length);
        foreach (var member in _members) writer.Bytes(member.ToBytes());
        writer.Array(_scores.Mean);
        writer.Array(_scores.Scale);
        _trees.Write(writer);
    }

    public static StackedModel Read(ref ModelReader reader, int featureCount)
    {
        var features = new Standardizer(reader.Array<double>(), reader.Array<double>());
        var members = new Detector[reader.Count(sizeof(int))];
        for (var m = 0; m < members.Length; m++) members[m] = Algorithms.Catalog.Read(reader.Bytes());
        var scores = new Standardizer(reader.Array<double>(), reader.Array<double>());
        var trees = BoostedTrees.Read(ref reader, featureCount + members.Length);
        return features.Mean.Length == featureCount && features.Scale.Length == featureCount
            && members.All(m => m.FeatureCount == featureCount)
            && scores.Mean.Length == members.Length && scores.Scale.Length == members.Length
            ? new StackedModel(features, members, scores, trees)
            : throw new InvalidDataException($"expected detectors of {featureCount} features with a scale for each");
    }

    /// <summary>Scores reach 1e150; a table takes numbers up to 1e75.</summary>
    private static double Bounded(double score) => Math.Clamp(score, -Matrix.LargestNumber, Matrix.LargestNumber);
}
