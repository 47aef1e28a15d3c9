using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Explanations;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// An unsupervised anomaly detector: fitted on rows without labels, it gives every row a raw score, larger being more anomalous. A
/// fitted detector may be used from several threads at once; fitting may not. The same seed gives the same scores on any number of
/// threads.
/// </summary>
public abstract class Detector : IStoredDetector
{
    /// <summary>How detectors are stored.</summary>
    internal static readonly StoredForm Form = new("ESAD", 1, "detector");

    /// <summary>Of scores within this, mean and variance are within float64.</summary>
    internal const double LargestScore = 1e150;

    private double[] _decisionScores = [];
    private double[] _sortedScores = [];
    private double[] _center = [];
    private string[]? _featureNames;
    private int _expectedAnomalies;

    private protected Detector(AlgorithmInfo algorithm, ParameterSet parameters, int seed)
    {
        Info = algorithm;
        Parameters = parameters;
        Seed = seed;
        MaxDegreeOfParallelism = parameters.Values.GetValueOrDefault("n_jobs") is int jobs and > 0 ? jobs : -1;
    }

    /// <summary>The canonical name, e.g. <c>IsolationForest</c>.</summary>
    public string Algorithm => Info.Name;

    public AlgorithmInfo Info { get; }

    /// <summary>The hyper-parameters, defaults included.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The seed of every random choice.</summary>
    public int Seed { get; }

    /// <summary>Threads used for fitting and scoring; -1 (the default) is every core. Results do not depend on it.</summary>
    public int MaxDegreeOfParallelism { get; set; }

    /// <summary>Number of columns of the training data; 0 before fitting.</summary>
    public int FeatureCount { get; private set; }

    public bool IsFitted => Scale is not null;

    /// <summary>Names of the columns it was fitted on, which every stored form keeps; null where they are not known.</summary>
    /// <exception cref="ArgumentException">There are not as many names as columns, or two are equal.</exception>
    public IReadOnlyList<string>? FeatureNames
    {
        get => _featureNames;
        set
        {
            if (value is not null && (value.Count != Fitted(FeatureCount) || value.Distinct(StringComparer.Ordinal).Count() != value.Count))
                throw new ArgumentException($"expected {FeatureCount} different names, got {string.Join(", ", value)}", nameof(value));
            _featureNames = value is null ? null : [.. value];
        }
    }

    /// <summary>Raw scores of the training rows, in their order.</summary>
    public ReadOnlySpan<double> DecisionScoresSpan => Fitted(_decisionScores);

    /// <summary>Raw scores of the training rows, ascending.</summary>
    internal ReadOnlySpan<double> SortedScores => Fitted(_sortedScores);

    /// <summary>A copy of the raw scores of the training rows, in their order.</summary>
    public double[] DecisionScores => [.. Fitted(_decisionScores)];

    /// <summary>Rows with a raw score above this are anomalies.</summary>
    public double Threshold => Fitted(Scale).Threshold;

    /// <summary>The mapping of raw scores to [0, 1]; null before fitting.</summary>
    public ScoreScale Scale { get; private set; } = null!;

    /// <summary>Whether rows are points in time, so that a row's score depends on the rows before it.</summary>
    public virtual bool IsSequential => false;

    /// <summary>
    /// Whether a training row's score leaves the row itself out (as neighbour methods must), so that <see cref="DecisionScores"/>
    /// differ from scoring the same rows as new ones.
    /// </summary>
    public virtual bool ScoresTrainingRowsApart => false;

    /// <summary>The raw score from which <see cref="Contributions"/> departs.</summary>
    public virtual double BaseValue => DecisionFunction(Fitted(_center));

    /// <summary>Median of every training column (of up to 1,024 evenly spaced rows), the stand-in for a normal row.</summary>
    public ReadOnlySpan<double> Center => Fitted(_center);

    /// <summary>The threshold that <c>contamination='auto'</c> stands for; null where the algorithm has none.</summary>
    private protected virtual double? AutomaticThreshold => null;

    /// <summary>Rows handed to one thread at a time.</summary>
    private protected virtual int BlockRows => 1024;

    /// <summary>Learns from the rows of <paramref name="x"/>.</summary>
    /// <param name="x">At least one row and one column of numbers from -1e75 to 1e75.</param>
    /// <param name="progress">Told shares from 0 to 1.</param>
    /// <param name="ct">Stops the fit; the detector is then unfitted.</param>
    /// <exception cref="ArgumentException">The table is empty or holds NaN or a number out of range; the message gives row and
    /// column.</exception>
    public void Fit(Matrix x, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        InputCheck.Training(x);
        (Scale, _featureNames) = (null!, null);
        var center = TrainingCenter.Of(x);
        FinishFit(center, Learn(x, center, progress, ct));
        progress?.Report(1);
    }

    /// <summary>Sets what follows from the training rows and their scores.</summary>
    internal void FinishFit(double[] center, double[] scores)
    {
        Saturate(scores);
        FeatureCount = center.Length;
        _center = center;
        Accept(scores);
    }

    /// <summary>Sets what follows from a training elsewhere that brought its own threshold and scale.</summary>
    /// <param name="center">Median of every column.</param>
    /// <param name="scores">Scores that stand for those of the training rows, at least one.</param>
    /// <param name="scale">Threshold and spread.</param>
    private protected void Restore(double[] center, double[] scores, ScoreScale scale)
    {
        FeatureCount = center.Length;
        _center = center;
        _decisionScores = scores;
        _sortedScores = RadixSort.Sorted(scores);
        _expectedAnomalies = scores.Length - OrderStatistics.CountAtMost(_sortedScores, scale.Threshold);
        Scale = scale;
    }

    /// <summary>Raw scores of the rows of <paramref name="x"/>, larger being more anomalous, from -1e150 to 1e150.</summary>
    /// <exception cref="InvalidOperationException">The detector is not fitted.</exception>
    /// <exception cref="ArgumentException">The number of columns differs from the training data, or a value is NaN or infinite.</exception>
    public double[] DecisionFunction(Matrix x, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        InputCheck.Scoring(x, Fitted(FeatureCount));
        var scores = ScoreRows(x, ct);
        Saturate(scores);
        return scores;
    }

    /// <summary>Raw score of one row, without allocation once memory to work in was borrowed.</summary>
    /// <inheritdoc cref="DecisionFunction(Matrix, CancellationToken)" path="/exception"/>
    public double DecisionFunction(ReadOnlySpan<double> row)
    {
        Span<double> score = stackalloc double[1];
        DecisionFunction(row, score);
        return score[0];
    }

    /// <summary>Raw scores of rows laid out one after the other, on the calling thread.</summary>
    /// <param name="rows">Row-major values, <c>scores.Length * FeatureCount</c> of them.</param>
    /// <param name="scores">Receives one raw score per row.</param>
    /// <inheritdoc cref="DecisionFunction(Matrix, CancellationToken)" path="/exception"/>
    public void DecisionFunction(ReadOnlySpan<double> rows, Span<double> scores)
    {
        InputCheck.Scoring(rows, scores.Length, Fitted(FeatureCount));
        if (!scores.IsEmpty) ScoreBlock(rows, scores);
        Saturate(scores);
    }

    /// <summary>Whether a raw score is above the threshold by more than rounding explains.</summary>
    public bool IsAnomaly(double raw) => Fitted(Scale).IsAbove(raw);

    /// <summary>
    /// Probability that the prediction on this raw score would survive another training sample (PyOD's <c>predict_confidence</c>).
    /// </summary>
    public double Confidence(double raw) => OutlierConfidence.Of(Fitted(_sortedScores), _expectedAnomalies, raw, IsAnomaly(raw));

    /// <summary>
    /// Probability of being an anomaly, from 0 to 1, by Gaussian scaling of the training scores (PyOD's <c>predict_proba</c> with
    /// <c>method='unify'</c>; Kriegel, Kröger, Schubert, Zimek 2011). Unlike <see cref="ScoreScale.Score"/> it reaches 0 and 1.
    /// </summary>
    public double Probability(double raw)
    {
        var deviation = Math.Sqrt(Moments.Variance(SortedScores));
        return deviation > 0 ? Math.Max(0, SpecialFunctions.Erf((raw - Moments.Mean(SortedScores)) / (deviation * Math.Sqrt(2)))) : 0;
    }

    /// <summary>
    /// How much each feature pushed the row's raw score away from <see cref="BaseValue"/>: positive towards anomaly. The sum is the
    /// raw score minus the base value. Unless the algorithm has its own terms: Shapley values against <see cref="Center"/>.
    /// </summary>
    public virtual double[] Contributions(ReadOnlySpan<double> row)
    {
        InputCheck.Scoring(row, 1, Fitted(FeatureCount));
        return BaselineShapley.Of(this, row, _center);
    }

    /// <summary>The fitted detector in a compact versioned form that <see cref="FromBytes"/> restores to bit-identical scores.</summary>
    public byte[] ToBytes()
    {
        Fitted(FeatureCount);
        return DetectorEnvelope<Detector>.Write(Form, this);
    }

    /// <summary>Restores a detector of this library's algorithms; <see cref="AlgorithmCatalog.Read"/> those of any catalogue.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a stored detector, are damaged, or of an unknown version or
    /// algorithm.</exception>
    public static Detector FromBytes(ReadOnlySpan<byte> bytes) => Algorithms.Catalog.Read(bytes);

    /// <summary>The medians, also while the model is being read.</summary>
    private protected double[] StoredCenter => _center;

    /// <summary>Fits and returns the raw scores of the training rows.</summary>
    private protected abstract double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct);

    /// <summary>Scores rows laid out one after the other; input is already checked.</summary>
    private protected abstract void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores);

    /// <summary>Adds the computation of the raw scores, <c>[N, 1]</c>, to a graph; only where the algorithm has an ONNX form.</summary>
    /// <param name="graph">Receives the operations.</param>
    /// <param name="rows">Name of the float64 table of rows.</param>
    /// <returns>Name of the scores.</returns>
    internal virtual string ScoresInOnnx(OnnxGraph graph, string rows) =>
        throw new NotSupportedException($"{Algorithm} has no ONNX form");

    private protected abstract void WriteModel(ModelWriter writer);

    private protected abstract void ReadModel(ref ModelReader reader);

    /// <summary>Keeps scores finite, and refuses to pass on what is no number.</summary>
    private void Saturate(Span<double> scores)
    {
        if (scores.IsEmpty || Math.Abs(TensorPrimitives.MaxMagnitude(scores)) <= LargestScore) return;
        for (var i = 0; i < scores.Length; i++)
        {
            if (double.IsNaN(scores[i]))
                throw new ArgumentException($"{Algorithm} cannot score row {i} (counted from 0): with these hyper-parameters the numbers "
                    + "leave float64; scale the columns");
            scores[i] = Math.Clamp(scores[i], -LargestScore, LargestScore);
        }
    }

    /// <summary>Scores all rows, blocks of them in parallel.</summary>
    private protected double[] ScoreRows(Matrix x, CancellationToken ct)
    {
        var scores = new double[x.Rows];
        RowBlocks.ForEach(x.Rows, BlockRows, MaxDegreeOfParallelism, ct,
            (first, count) => ScoreBlock(x.RowRange(first, count), scores.AsSpan(first, count)));
        return scores;
    }

    void IStoredDetector.WriteLearned(ModelWriter writer)
    {
        writer.Int(FeatureCount);
        writer.Array(_center);
        writer.Array(_decisionScores);
        WriteModel(writer);
    }

    void IStoredDetector.ReadLearned(ref ModelReader reader)
    {
        FeatureCount = reader.Int();
        _center = reader.Array<double>();
        var scores = reader.Array<double>();
        if (FeatureCount < 1 || _center.Length != FeatureCount || scores.Length < 1)
            throw new InvalidDataException(
                $"expected medians of {FeatureCount} features and at least one score, got {_center.Length} and {scores.Length}");
        ReadModel(ref reader);
        Accept(scores);
    }

    private void Accept(double[] scores)
    {
        _decisionScores = scores;
        _sortedScores = RadixSort.Sorted(scores);
        var contamination = Parameters.Values.GetValueOrDefault("contamination") as double?;
        var threshold = contamination is { } share
            ? OrderStatistics.Quantile(_sortedScores, 1 - share)
            : AutomaticThreshold ?? throw new InvalidOperationException($"{Algorithm} has no automatic threshold");
        _expectedAnomalies = contamination is { } expected
            ? (int)(scores.Length * expected)
            : scores.Length - OrderStatistics.CountAtMost(_sortedScores, threshold);
        Scale = ScoreScale.FromTraining(_sortedScores, threshold);
    }

    private protected T Fitted<T>(T value) =>
        IsFitted ? value : throw new InvalidOperationException($"this {Algorithm} is not fitted yet: call Fit first");
}
