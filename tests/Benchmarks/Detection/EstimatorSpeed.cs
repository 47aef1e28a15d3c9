using System.Diagnostics;
using System.Text.Json;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Benchmarks.Detection;

/// <summary>Times the fit of an estimator, its scores of the same rows, and, on one thread, its score of one row.</summary>
/// <param name="Algorithm">Name of the algorithm.</param>
/// <param name="Table">Name of the table.</param>
/// <param name="Reference">What it is compared with.</param>
/// <param name="Peers">Names of the peer's tasks, of which the fastest counts, without <c>_fit</c>, <c>_score</c> and <c>_row</c>.</param>
/// <param name="FitOnly">Whether scoring is left out.</param>
internal sealed record EstimatorSpeed(string Algorithm, string Table, string Reference, string[] Peers, bool FitOnly = false)
{
    private const string PyOd = "PyOD's method in NumPy";

    public static EstimatorSpeed[] All { get; } =
    [
        new("IsolationForest", "wide", "scikit-learn", ["isolation_forest"]),
        new("ECOD", "wide", PyOd, ["ecod"]),
        new("COPOD", "wide", PyOd, ["copod"]),
        new("HBOS", "wide", PyOd, ["hbos"]),
        new("PCA", "wide", PyOd, ["pca"]),
        new("ECOD", "long", PyOd, ["ecod_long"], FitOnly: true),
        new("HBOS", "long", PyOd, ["hbos_long"], FitOnly: true),
        new("LOF", "near", "scikit-learn, the faster of brute and kd_tree", ["lof_brute", "lof_kd_tree"]),
        new("KNN", "near", "scikit-learn as PyOD uses it", ["knn"]),
        new("OneClassSVM", "svm", "scikit-learn (libsvm)", ["one_class_svm"]),
    ];

    public IEnumerable<Measurement> Measure(Matrix x, SklearnPeer peer, int threads)
    {
        var detector = Create(Algorithm, threads);
        var suffix = threads == 1 ? "1 thread" : $"{threads} threads";
        yield return Measurement.Rate(
            $"{Algorithm} fit {x.Rows}x{x.Columns}, {suffix}", x.Rows, Best(() => detector.Fit(x)), Reference, Task(peer, "fit"));
        if (FitOnly) yield break;
        yield return Measurement.Rate(
            $"{Algorithm} score {x.Rows}x{x.Columns}, {suffix}", x.Rows, Best(() => detector.DecisionFunction(x)),
            Reference, Task(peer, "score"));
        if (threads == 1)
            yield return Measurement.Latency($"{Algorithm} score one row", RowSeconds(detector, x), Reference, Task(peer, "row"));
    }

    /// <summary>All that a fit allocates, which its peak can only stay below, over the size of the table.</summary>
    public static Measurement Memory(string algorithm, Matrix x)
    {
        var detector = Create(algorithm, threads: 1);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        detector.Fit(x);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        return Measurement.Of(
            $"{algorithm} fit {x.Rows}x{x.Columns}, allocated", allocated / 1048576.0, "MiB", "the table itself",
            x.Values.Length * sizeof(double) / 1048576.0);
    }

    /// <summary>Seconds of the fastest run of two seconds, in which the compiler comes to rest, or of two runs that take longer.</summary>
    public static double Best(Action work)
    {
        var (best, total) = (double.PositiveInfinity, 0.0);
        for (var run = 0; run < 40 && (run < 2 || total < 2); run++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            total += seconds;
            best = Math.Min(best, seconds);
        }
        return best;
    }

    public static Detector Create(string algorithm, int threads)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (string.Equals(algorithm, "OneClassSVM", StringComparison.Ordinal)) parameters["nu"] = JsonDocument.Parse("0.1").RootElement;
        var detector = Algorithms.Create(algorithm, parameters);
        detector.MaxDegreeOfParallelism = threads;
        return detector;
    }

    private double? Task(SklearnPeer peer, string what) => peer.Fastest(Peers.Select(name => $"{name}_{what}"));

    private static double RowSeconds(Detector detector, Matrix x)
    {
        const int Rows = 5_000;
        return Best(() =>
        {
            for (var i = 0; i < Rows; i++) detector.DecisionFunction(x.Row(i));
        }) / Rows;
    }
}
