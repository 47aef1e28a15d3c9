using System.CommandLine;
using EventSourcedAnomaly.Cli;
using EventSourcedAnomaly.Cli.Commands;
using EventSourcedAnomaly.Cli.Remote;

var root = new RootCommand("Anomaly detection on local files: fit, score and evaluate without a server; train on one.")
{
    EvaluateCommand.Create(),
    ScoreCommand.Create(),
    FitCommand.Create(),
    AlgorithmsCommand.Create(),
    VerifyCommand.Create(),
    StreamCommand.Create(),
    TrainCommand.Create(),
    WatchCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception refused)
    when (refused is CsvException or ArgumentException or FormatException or InvalidDataException or Npgsql.NpgsqlException or IOException
        or NotSupportedException or DllNotFoundException or ServerException or HttpRequestException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync("esa: " + refused.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
