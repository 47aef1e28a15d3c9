using System.Diagnostics;
using System.Globalization;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Benchmarks.Detection;

/// <summary>
/// scikit-learn, when the system's Python has it, timed in the same session on the same numbers; methods of PyOD are timed as their
/// formulas in NumPy.
/// </summary>
internal sealed class SklearnPeer
{
    private readonly Dictionary<string, double> _seconds;

    private SklearnPeer(Dictionary<string, double> seconds) => _seconds = seconds;

    /// <summary>Seconds of the fastest of some tasks, or null when there is no peer.</summary>
    public double? Fastest(params IEnumerable<string> tasks) =>
        tasks.Select(task => _seconds.TryGetValue(task, out var seconds) ? seconds : (double?)null).Min();

    /// <param name="tables">Name to table, as the script knows them.</param>
    /// <param name="threads">Threads the peer may use.</param>
    /// <param name="wanted">Names of its tasks, without what is done.</param>
    public static async Task<SklearnPeer> MeasureAsync(IReadOnlyDictionary<string, Matrix> tables, int threads, IEnumerable<string> wanted)
    {
        var folder = Directory.CreateTempSubdirectory("esa-bench-");
        try
        {
            foreach (var (name, table) in tables) BenchmarkTable.Write(Path.Combine(folder.FullName, $"{name}_{table.Columns}.f64"), table);
            return new SklearnPeer(await RunAsync(folder.FullName, $"{threads}", string.Join(',', wanted)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Dictionary<string, double>> RunAsync(string folder, string threads, string wanted)
    {
        var seconds = new Dictionary<string, double>(StringComparer.Ordinal);
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Detection", "peer.py"), folder, threads, wanted },
        };
        foreach (var variable in new[] { "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS" }) start.Environment[variable] = threads;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        if (!File.Exists(start.FileName)) return seconds;
        using var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var parts = line.Split(' ');
            seconds[parts[0]] = double.Parse(parts[1], CultureInfo.InvariantCulture);
        }
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? seconds : throw new InvalidOperationException($"the peer ended with {process.ExitCode}");
    }
}
