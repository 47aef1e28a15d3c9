using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Linear;
using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// KNN-CAD (Burnaev and Ishimtsev 2016, "Conformalized density- and distance-based anomaly detection in time-series data"): the latest
/// <c>dim</c> points side by side are as nonconforming as the sum of their squared Mahalanobis distances to the <c>n_neighbors</c> nearest
/// of <c>window_size</c> such runs of the past, and as improbable as this nonconformity is rare among the latest <c>window_size</c> ones.
/// What is compared with stays a window behind what is calibrated on (lazy drifting conformal prediction), so that an anomaly does
/// not vouch for itself. A score of 0.5 stands for a probability of 0.0035, the authors' alarm; as they do, an alarm is followed by a
/// fifth of a window without another. Beyond the most nonconforming run seen, where ranks say no more, probability is taken to fall with
/// the square of the distance. The first window scores 0.
/// </summary>
public sealed class KnnCad : StreamingDetector
{
    private const double RowsPerAlarm = 1 / 0.0035;
    private const double Alarm = 0.5;

    internal static StreamingAlgorithmInfo Definition { get; } = new("KNNCAD", ["KNN-CAD", "knn_cad"], "proximity",
    [
        Parameter.Integer("n_neighbors", 27, 1, "Nearest runs whose distances count.", 5_000),
        Parameter.Integer("dim", 19, 1, "Points of a run.", 256),
        Parameter.Integer("window_size", 400, 10, "Runs to compare with, and nonconformities to rank among.", 5_000),
    ])
    { Make = (parameters, seed) => new KnnCad(parameters, seed) };

    private readonly int _dim;
    private readonly int _window;
    private readonly int _neighbors;
    private readonly RecentValues _nonconformity;
    private RecentValues _points = new(0);
    private Ellipsoid? _metric;
    // the runs to compare with, in coordinates of variance 1, each at its number modulo the window
    private double[] _runs = [];
    private double[] _run = [];
    private double[] _distances = [];
    private int _rest;

    private KnnCad(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
        (_dim, _window) = (parameters.Integer("dim"), parameters.Integer("window_size"));
        _neighbors = Math.Min(parameters.Integer("n_neighbors"), _window - 1);
        _nonconformity = new RecentValues(_window);
    }

    private int RunLength => _dim * FeatureCount;

    private protected override void Begin()
    {
        _points = new RecentValues((2 * _window + _dim) * FeatureCount);
        _runs = new double[_window * RunLength];
        _run = new double[RunLength];
        _distances = new double[_window];
    }

    private protected override double Next(DateTimeOffset timestamp, ReadOnlySpan<double> values)
    {
        foreach (var value in values) _points.Append(value);
        var number = Count - _dim + 1;
        if (number < _window) return 0;
        Learn(number);
        _metric!.Whiten(Raw(number, number), _run);
        var nonconformity = Nonconformity(_run, except: -1);
        var score = Surprisal.ToScore(Improbability(nonconformity), RowsPerAlarm);
        _nonconformity.Append(nonconformity);
        if (_rest > 0)
        {
            _rest--;
            return Surprisal.SuppressedScore(score);
        }
        if (score >= Alarm) _rest = _window / 5;
        return score;
    }

    /// <summary>-ln P(nonconformity at least this): by rank, and beyond the greatest known in inverse proportion.</summary>
    private double Improbability(double nonconformity)
    {
        var atLeast = 0;
        foreach (var known in _nonconformity.Values) atLeast += known >= nonconformity ? 1 : 0;
        var byRank = Math.Log((_nonconformity.Length + 1) / (atLeast + 1.0));
        if (atLeast > 0) return byRank;
        var greatest = Math.Max(TensorPrimitives.Max(_nonconformity.Values), double.Epsilon);
        return byRank + Math.Max(0, Math.Log(nonconformity) - Math.Log(greatest));
    }

    /// <summary>Brings the runs to compare with up to date, before a run is measured.</summary>
    private void Learn(long number)
    {
        var first = FirstRun(number);
        if (_metric is null)
        {
            Measure(first, number);
            for (var run = 0; run < _window; run++)
            {
                _runs.AsSpan(run * RunLength, RunLength).CopyTo(_run);
                _nonconformity.Append(Nonconformity(_run, except: run));
            }
        }
        else if (first > 0)
        {
            if (first % (_window / 2) == 0) Measure(first, number);
            else Place(first + _window - 1, number);
        }
    }

    /// <summary>Learns the covariance of the runs and puts all of them into its coordinates.</summary>
    private void Measure(long first, long number)
    {
        var rows = new double[_window * RunLength];
        for (var run = 0; run < _window; run++) Raw(first + run, number).CopyTo(rows.AsSpan(run * RunLength));
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(rows));
        _metric = Ellipsoid.Of(new Matrix(_window, RunLength, rows),
            Math.Max(1e-300, Math.Pow(largest * 1e-12, 2)), CancellationToken.None);
        for (var run = 0; run < _window; run++) Place(first + run, number);
    }

    private void Place(long run, long number) =>
        _metric!.Whiten(Raw(run, number), _runs.AsSpan((int)(run % _window) * RunLength, RunLength));

    /// <summary>The oldest run to compare with: those between one and two windows ago, or the first ones.</summary>
    private long FirstRun(long number) => Math.Max(0, number - 2L * _window);

    /// <summary>The points of a run, when the run of the latest point has the given number.</summary>
    private ReadOnlySpan<double> Raw(long run, long number)
    {
        var back = (int)(number - run) * FeatureCount;
        var values = _points.Values;
        return values.Slice(values.Length - back - RunLength, RunLength);
    }

    private double Nonconformity(ReadOnlySpan<double> run, int except)
    {
        for (var other = 0; other < _window; other++)
        {
            var distance = TensorPrimitives.Distance(run, _runs.AsSpan(other * RunLength, RunLength));
            _distances[other] = other == except ? double.PositiveInfinity : distance * distance;
        }
        Array.Sort(_distances);
        return TensorPrimitives.Sum<double>(_distances.AsSpan(0, _neighbors));
    }

    private protected override void WriteState(ModelWriter writer)
    {
        _points.Write(writer);
        _nonconformity.Write(writer);
        writer.Int(_rest);
        writer.Int(_metric is null ? 0 : 1);
        if (_metric is null) return;
        writer.Array(_metric.Location);
        writer.Table(_metric.Whitening);
        writer.Double(_metric.LogDeterminant);
    }

    private protected override void ReadState(ref ModelReader reader)
    {
        _points.Read(ref reader);
        _nonconformity.Read(ref reader);
        _rest = reader.Int();
        if (reader.Int() == 0) return;
        _metric = new Ellipsoid(reader.Array<double>(), reader.Table(), reader.Double());
        // the run of the latest point has been scored
        var number = Count - _dim;
        for (var run = 0; run < _window; run++) Place(FirstRun(number) + run, number);
    }
}
