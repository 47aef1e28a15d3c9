using EventSourcedAnomaly.Benchmarks;
using EventSourcedAnomaly.Benchmarks.Actors;
using EventSourcedAnomaly.Benchmarks.Asynchrony;
using EventSourcedAnomaly.Benchmarks.Cluster;
using EventSourcedAnomaly.Benchmarks.Detection;
using EventSourcedAnomaly.Benchmarks.Log;
using EventSourcedAnomaly.Benchmarks.Nab;
using EventSourcedAnomaly.Benchmarks.Quality;
using EventSourcedAnomaly.Benchmarks.Serving;

return args switch
{
    ["detection", .. var options] =>
        await Report.Collect(options, report => DetectionBenchmark.Run(report, options, CancellationToken.None)),
    ["log", .. var options] => await Report.Collect(options, report => LogBenchmark.Run(report, CancellationToken.None)),
    ["actors", .. var options] => await Report.Collect(options, report => ActorBenchmark.Run(report, CancellationToken.None)),
    ["async", .. var options] => await Report.Collect(options, report => AsyncBenchmark.Run(report, CancellationToken.None)),
    ["cluster", .. var options] => await Report.Collect(options, report => ClusterBenchmark.Run(report, CancellationToken.None)),
    ["nab", .. var options] => await Report.Collect(options, report => NabBenchmark.Run(report, options, CancellationToken.None)),
    ["quality", .. var options] => await Report.Collect(options, report => QualityBenchmark.Run(report, options, CancellationToken.None)),
    ["serving", .. var options] => await Report.Collect(options, report => ServingBenchmark.Run(report, CancellationToken.None)),
    ["streaming", .. var options] => await Report.Collect(options, report => StreamingBenchmark.Run(report, CancellationToken.None)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ops/bench detection|log|actors|async|cluster|nab|quality|serving|streaming [--full] [--only WORD] "
        + "[--seed N] [--json FILE]");
    return 2;
}
