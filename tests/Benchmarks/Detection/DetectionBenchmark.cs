using EventSourcedAnomaly.Benchmarks.Nab;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Benchmarks.Detection;

/// <summary>
/// Speed and memory of the detection library beside scikit-learn and PyOD's methods in one session: <c>ops/bench detection</c>. With
/// <c>--only WORD</c>, the estimators whose name contains it.
/// </summary>
internal static class DetectionBenchmark
{
    public static async Task Run(Report report, string[] options, CancellationToken ct)
    {
        var only = Array.IndexOf(options, "--only") is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : "";
        var tables = new Dictionary<string, Matrix>(StringComparer.Ordinal)
        {
            ["wide"] = BenchmarkTable.Of(100_000, 25),
            ["long"] = BenchmarkTable.Of(1_000_000, 10),
            ["near"] = BenchmarkTable.Of(20_000, 10),
            ["svm"] = BenchmarkTable.Of(10_000, 10),
            ["series"] = BenchmarkTable.Of(5_000, 4),
        };
        var estimators = EstimatorSpeed.All.Where(e => e.Algorithm.Contains(only, StringComparison.OrdinalIgnoreCase)).ToArray();
        var hasLstm = "LSTMAutoencoder".Contains(only, StringComparison.OrdinalIgnoreCase);
        string[] wanted = [.. estimators.SelectMany(e => e.Peers), .. hasLstm ? ["lstm"] : Array.Empty<string>()];
        foreach (var threads in new[] { 1, Environment.ProcessorCount })
        {
            var peer = await SklearnPeer.MeasureAsync(tables, threads, wanted);
            foreach (var measurement in estimators.SelectMany(e => e.Measure(tables[e.Table], peer, threads))) report.Add(measurement);
            if (hasLstm) report.Add(LstmEpoch(tables["series"], peer, threads));
        }
        if (only.Length > 0) return;
        foreach (var algorithm in new[] { "IsolationForest", "ECOD", "COPOD", "HBOS", "PCA" })
            report.Add(EstimatorSpeed.Memory(algorithm, tables["long"]));
        foreach (var threads in new[] { 1, Environment.ProcessorCount }) report.Add(TreeShap(tables["wide"], threads));
        await StreamingBenchmark.Run(report, ct);
    }

    private static Measurement TreeShap(Matrix x, int threads)
    {
        var forest = EstimatorSpeed.Create("IsolationForest", threads);
        forest.Fit(x);
        const int Rows = 400;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        var seconds = EstimatorSpeed.Best(() => Parallel.For(0, Rows, options, i => forest.Contributions(x.Row(i))));
        return Measurement.Rate($"TreeSHAP 100 trees x 25 features, {threads} threads", Rows, seconds,
            reference: null, referenceSeconds: null);
    }

    private static Measurement LstmEpoch(Matrix series, SklearnPeer peer, int threads)
    {
        var training = ((NeuralDetector)EstimatorSpeed.Create("LSTMAutoencoder", threads)).BeginTraining(series);
        return Measurement.Rate(
            $"LSTMAutoencoder epoch, windows of 16x4, {threads} threads", series.Rows,
            EstimatorSpeed.Best(() => training.TrainEpoch()), "the same in NumPy", peer.Fastest("lstm_epoch"));
    }
}
