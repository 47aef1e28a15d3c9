using EventSourcedAnomaly.Benchmarks.Detection;

return args switch
{
    ["detection", .. var options] => await DetectionBenchmark.RunAsync(options),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: detection [--json FILE]");
    return 2;
}
