using System.CommandLine;
using System.Globalization;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>
/// <c>esa stream</c>: reads <c>timestamp,value</c> one row at a time and writes each row with its <c>anomaly_score</c> (0 … 1, 0.5 is
/// the threshold) before it reads the next. An empty value is a missing one.
/// </summary>
internal static class StreamCommand
{
    // An offset may carry a time beyond the years that .NET has.
    private const long MinMicroseconds = -62_135_596_800_000_000;
    private const long MaxMicroseconds = 253_402_300_799_999_999;

    public static Command Create()
    {
        var series = new Argument<string>("series")
        {
            Description = "CSV file with the columns timestamp and value, or - for standard input.",
        };
        var algorithm = new Option<string>("--algorithm")
        {
            Description = "Streaming algorithm: " + string.Join(", ", StreamingAlgorithms.All.Select(a => a.Name)) + ".",
            DefaultValueFactory = _ => StreamingAlgorithms.All[0].Name,
        };
        var parameters = new ParameterOption();
        var seed = new Option<int>("--seed") { Description = "Seed of every random choice.", DefaultValueFactory = _ => 0 };
        var command = new Command("stream", "Score a time series one row at a time, without looking ahead.")
            { series, algorithm, parameters.Option, seed };
        command.SetAction(async (arguments, ct) =>
        {
            var detector = StreamingAlgorithms.Create(
                arguments.GetValue(algorithm)!, parameters.Values(arguments), arguments.GetValue(seed));
            var path = arguments.GetRequiredValue(series);
            using var reader = path is "-" ? new StreamReader(Console.OpenStandardInput()) : new StreamReader(path);
            await using var writer = new StreamWriter(Console.OpenStandardOutput());
            await RunAsync(path, detector, reader, writer, ct);
            return 0;
        });
        return command;
    }

    private static async Task RunAsync(
        string path, StreamingDetector detector, StreamReader reader, StreamWriter writer, CancellationToken ct)
    {
        // whoever feeds rows by hand or by pipe waits for each answer; a file is quicker in blocks
        writer.AutoFlush = path is "-";
        var header = await reader.ReadLineAsync(ct) ?? throw new CsvException($"{path}: the file is empty, expected a header line");
        if (!CsvLine.Split(path, 1, header).SequenceEqual(["timestamp", "value"], StringComparer.Ordinal))
            throw new CsvException($"{path}: expected the header timestamp,value, got '{header}'");
        await writer.WriteLineAsync("timestamp,value,anomaly_score".AsMemory(), ct);
        for (var line = 2; await reader.ReadLineAsync(ct) is { } row; line++)
        {
            if (row.Length == 0) continue;
            var (timestamp, value) = Parse(path, line, row);
            var score = detector.Score(timestamp, [value]);
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{row},{score:R}").AsMemory(), ct);
        }
    }

    private static (DateTimeOffset Timestamp, double Value) Parse(string path, int line, string row)
    {
        var fields = CsvLine.Split(path, line, row);
        if (fields.Length != 2) throw new CsvException($"{path} line {line}: expected 2 fields, got {fields.Length}");
        if (!Timestamps.TryParse(fields[0], out var microseconds)
            || microseconds < MinMicroseconds || microseconds > MaxMicroseconds)
            throw new CsvException(
                $"{path} line {line}: column 'timestamp': expected a date and time, got '{fields[0]}'; it is read in ISO 8601");
        var timestamp = DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
        if (string.IsNullOrWhiteSpace(fields[1])) return (timestamp, double.NaN);
        if (!double.TryParse(fields[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || double.IsInfinity(value))
            throw new CsvException($"{path} line {line}: column 'value': expected a finite number or nothing, got '{fields[1]}'");
        if (Math.Abs(value) > Matrix.LargestNumber)
            throw new CsvException($"{path} line {line}: column 'value': expected a number from -{Matrix.LargestNumber} to "
                + $"{Matrix.LargestNumber}, got '{fields[1]}'");
        return (timestamp, value);
    }
}
