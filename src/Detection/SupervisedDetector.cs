namespace EventSourcedAnomaly.Detection;

/// <summary>
/// A detector that learns from rows whose labels are known. <see cref="Detector.DecisionScores"/> are cross-fitted: a row's score comes
/// from a model that saw neither the row nor its label, so that what is measured on them is what is to be expected of new rows.
/// </summary>
public abstract class SupervisedDetector : Detector
{
    private int[]? _labels;

    private protected SupervisedDetector(AlgorithmInfo algorithm, ParameterSet parameters, int seed) : base(algorithm, parameters, seed)
    {
    }

    /// <inheritdoc/>
    public override bool ScoresTrainingRowsApart => true;

    /// <summary>Learns from the rows of <paramref name="x"/> and their labels.</summary>
    /// <param name="x">At least four rows and one column of numbers from -1e75 to 1e75.</param>
    /// <param name="labels">0 (normal) or 1 (anomaly) for each row, at least two of each.</param>
    /// <param name="progress">Told shares from 0 to 1.</param>
    /// <param name="ct">Stops the fit; the detector is then unfitted.</param>
    /// <exception cref="ArgumentException">The table is refused as by <see cref="Detector.Fit"/>, or the labels are.</exception>
    public void Fit(Matrix x, ReadOnlySpan<int> labels, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (labels.Length != x.Rows)
            throw new ArgumentException($"expected {x.Rows} labels, one per row, got {labels.Length}", nameof(labels));
        var anomalies = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is not (0 or 1))
                throw new ArgumentException($"expected labels 0 or 1, got {labels[i]} in row {i} (counted from 0)", nameof(labels));
            anomalies += labels[i];
        }
        if (anomalies < 2 || labels.Length - anomalies < 2)
            throw new ArgumentException(
                $"expected at least 2 rows of each label, got {anomalies} anomalies and {labels.Length - anomalies} normal rows",
                nameof(labels));
        _labels = labels.ToArray();
        try
        {
            Fit(x, progress, ct);
        }
        finally
        {
            _labels = null;
        }
    }

    private protected sealed override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct) =>
        Learn(
            x, _labels ?? throw new ArgumentException($"{Algorithm} learns from labels: fit it with one label per row", nameof(x)),
            progress, ct);

    /// <summary>Fits and returns the cross-fitted raw scores of the training rows.</summary>
    private protected abstract double[] Learn(Matrix x, int[] labels, IProgress<double>? progress, CancellationToken ct);
}
