using EventSourcedAnomaly.Benchmarks;
using EventSourcedAnomaly.Benchmarks.Actors;
using EventSourcedAnomaly.Benchmarks.Log;

var report = new Report();
switch (args.FirstOrDefault())
{
    case "log":
        await LogBenchmark.Run(report, args, CancellationToken.None);
        break;
    case "actors":
        await ActorBenchmark.Run(report, CancellationToken.None);
        break;
    default:
        await Console.Error.WriteLineAsync("usage: ops/bench log|actors [--full] [--json FILE]");
        return 2;
}

if (Array.IndexOf(args, "--json") is >= 0 and var json && json + 1 < args.Length)
{
    await report.Write(args[json + 1]);
}

return 0;
