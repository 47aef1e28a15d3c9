using System.Diagnostics;
using System.Text.Json;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Benchmarks.Detection;

/// <summary>Speed of the detection library beside scikit-learn in one session: <c>ops/bench detection</c>.</summary>
internal static class DetectionBenchmark
{
    public static async Task Run(Report report)
    {
        var tables = new Dictionary<string, Matrix>(StringComparer.Ordinal)
        {
            ["wide"] = BenchmarkTable.Of(100_000, 25),
            ["long"] = BenchmarkTable.Of(1_000_000, 10),
            ["near"] = BenchmarkTable.Of(20_000, 10),
            ["svm"] = BenchmarkTable.Of(10_000, 10),
        };
        foreach (var threads in new[] { 1, Environment.ProcessorCount })
        {
            var peer = await SklearnPeer.MeasureAsync(tables, threads);
            foreach (var measurement in Estimators(tables, peer, threads)) report.Add(measurement);
        }
        foreach (var measurement in Others(tables)) report.Add(measurement);
    }

    private static IEnumerable<Measurement> Estimators(Dictionary<string, Matrix> tables, SklearnPeer peer, int threads)
    {
        var suffix = threads == 1 ? "1 thread" : $"{threads} threads";
        var forest = Create("IsolationForest", threads);
        var wide = tables["wide"];
        yield return Measurement.Rate(
            $"IsolationForest fit 100000x25, {suffix}", wide.Rows, Best(() => forest.Fit(wide)),
            "scikit-learn", peer["isolation_forest_fit"]);
        yield return Measurement.Rate(
            $"IsolationForest score 100000x25, {suffix}", wide.Rows, Best(
                () => forest.DecisionFunction(wide)), "scikit-learn", peer["isolation_forest_score"]);
        if (threads == 1)
            yield return Measurement.Latency(
                "IsolationForest score one row", RowSeconds(forest, wide), "scikit-learn", peer["isolation_forest_row"]);
        foreach (var (name, table, reference, seconds) in new[]
        {
            ("ECOD", "wide", "PyOD's formula in NumPy", peer["ecod_wide"]),
            ("COPOD", "wide", "PyOD's formula in NumPy", peer["copod_wide"]),
            ("HBOS", "wide", "PyOD's formula in NumPy", peer["hbos_wide"]),
            ("PCA", "wide", "PyOD's formula in NumPy", peer["pca_wide"]),
            ("ECOD", "long", "PyOD's formula in NumPy", peer["ecod_long"]),
            ("HBOS", "long", "PyOD's formula in NumPy", peer["hbos_long"]),
            ("LOF", "near", "scikit-learn, the faster of brute and kd_tree", Faster(peer["lof_brute"], peer["lof_tree"])),
            ("KNN", "near", "scikit-learn", peer["knn"]),
            ("OneClassSVM", "svm", "scikit-learn", peer["one_class_svm"]),
        })
        {
            var detector = Create(name, threads);
            var x = tables[table];
            yield return Measurement.Rate(
                $"{name} fit {x.Rows}x{x.Columns}, {suffix}", x.Rows, Best(() => detector.Fit(x)), reference, seconds);
        }
    }

    private static IEnumerable<Measurement> Others(Dictionary<string, Matrix> tables)
    {
        var forest = Create("IsolationForest", 1);
        forest.Fit(tables["wide"]);
        var explained = tables["wide"].SelectRows([.. Enumerable.Range(0, 200)]);
        var seconds = Best(() =>
        {
            for (var i = 0; i < explained.Rows; i++) forest.Contributions(explained.Row(i));
        });
        yield return Measurement.Rate(
            "TreeSHAP 100 trees x 25 features, 1 thread", explained.Rows, seconds, reference: null, referenceSeconds: null);
        var series = (NeuralDetector)Create("LSTMAutoencoder", Environment.ProcessorCount);
        var training = series.BeginTraining(BenchmarkTable.Of(5_000, 4));
        yield return Measurement.Rate(
            "LSTMAutoencoder epoch, windows of 16x4", 5_000, Best(() => training.TrainEpoch()), reference: null, referenceSeconds: null);
    }

    private static Detector Create(string name, int threads)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (string.Equals(name, "OneClassSVM", StringComparison.Ordinal)) parameters["nu"] = JsonDocument.Parse("0.1").RootElement;
        var detector = Algorithms.Create(name, parameters);
        detector.MaxDegreeOfParallelism = threads;
        return detector;
    }

    /// <summary>Seconds of the fastest of several runs, after one to warm up.</summary>
    private static double Best(Action work)
    {
        work();
        var best = double.PositiveInfinity;
        for (var run = 0; run < 3; run++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    private static double RowSeconds(Detector detector, Matrix x)
    {
        const int Rows = 1000;
        return Best(() =>
        {
            for (var i = 0; i < Rows; i++) detector.DecisionFunction(x.Row(i));
        }) / Rows;
    }

    private static double? Faster(double? a, double? b) => a < b ? a : b;
}
