using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>The output of a batch, written from the stored predictions chunk by chunk.</summary>
internal sealed class BatchOutput(BulkStore bulk, LoadedModels models, ServerSettings settings)
{
    /// <summary>Writes it in a format.</summary>
    public async Task Write(string tenant, Batch batch, string format, Stream output, CancellationToken ct)
    {
        var features = batch.Requested.Options.ReturnExplanations ? await Features(tenant, batch, ct) : [];
        switch (format)
        {
            case "parquet":
                await WriteParquet(tenant, batch, features, output, ct);
                break;
            case "ndjson":
                await WriteLines(Lines(tenant, batch, features, (line, row) => Json(line, row, features), ct), output, ct);
                break;
            default:
                await WriteCsv(tenant, batch, features, output, ct);
                break;
        }
    }

    private async Task WriteCsv(string tenant, Batch batch, IReadOnlyList<string> features, Stream output, CancellationToken ct)
    {
        var header = string.Join(',', Columns(batch, features).Select(column => Quoted(column.Name)));
        await output.WriteAsync(Encoding.UTF8.GetBytes(header + "\n"), ct);
        await WriteLines(Lines(tenant, batch, features, Csv, ct), output, ct);
    }

    private async Task WriteParquet(string tenant, Batch batch, IReadOnlyList<string> features, Stream output, CancellationToken ct)
    {
        var directory = Directory.CreateDirectory(Path.Combine(settings.TempDirectory, $"output-{Guid.CreateVersion7():N}"));
        try
        {
            var (csv, parquet) = (Path.Combine(directory.FullName, "rows.csv"), Path.Combine(directory.FullName, "rows.parquet"));
            await using (var file = File.Create(csv))
            {
                await WriteCsv(tenant, batch, features, file, ct);
            }

            await Task.Run(() => ParquetExport.FromCsv(csv, Columns(batch, features), parquet, ct), ct);
            await using var written = File.OpenRead(parquet);
            await written.CopyToAsync(output, ct);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task WriteLines(IAsyncEnumerable<string> parts, Stream output, CancellationToken ct)
    {
        await foreach (var part in parts)
        {
            await output.WriteAsync(Encoding.UTF8.GetBytes(part), ct);
        }
    }

    private async IAsyncEnumerable<string> Lines(
        string tenant, Batch batch, IReadOnlyList<string> features, Action<StringBuilder, OutputRow> write,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var (request, stream, index) = (batch.Requested, new StreamKey(tenant, batch.Requested.Id), 0L);
        for (var part = 0; index < batch.Tally.Samples; part++)
        {
            var predictions = Predictions.FromBytes(await Bytes(stream, DetectionRecord.Output, part, ct));
            var contributions = features.Count == 0 ? [] : NumberBlock.Decode(await Bytes(stream, BatchWork.Contributions, part, ct));
            var lines = new StringBuilder(predictions.Scores.Length * 48);
            for (var i = 0; i < predictions.Scores.Length; i++)
            {
                write(lines, new OutputRow(
                    index++, predictions.IsAnomaly(i, request.Options.Threshold) ? 1 : 0, request.Options.ReturnScores
                        ? predictions.Scores[i] : null, predictions.Confidences[i],
                    new ArraySegment<double>(contributions, i * features.Count, features.Count)));
            }

            yield return lines.ToString();
        }
    }

    private async Task<byte[]> Bytes(StreamKey stream, string name, int part, CancellationToken ct) =>
        await bulk.Get(stream, name, ct, part) ?? throw new InvalidDataException($"Part {part} of the {name} is missing.");

    private async Task<IReadOnlyList<string>> Features(string tenant, Batch batch, CancellationToken ct) =>
        (await models.Load(tenant, batch.Requested.Model is null
            ? batch.Requested.Id : batch.Requested.DetectorId, batch.Model!, ct)).Artifact.FeatureNames;

    private static DatasetColumn[] Columns(Batch batch, IReadOnlyList<string> features) =>
    [
        new("index", ColumnType.Int64), new("prediction", ColumnType.Int64),
        .. batch.Requested.Options.ReturnScores ? [new DatasetColumn("score", ColumnType.Float64)] : Array.Empty<DatasetColumn>(),
        new("confidence", ColumnType.Float64), .. features.Select(name => new DatasetColumn($"contribution_{name}", ColumnType.Float64)),
    ];

    private static void Csv(StringBuilder lines, OutputRow row)
    {
        lines.Append(CultureInfo.InvariantCulture, $"{row.Index},{row.Prediction},");
        if (row.Score is { } score)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{score:R},");
        }

        lines.Append(CultureInfo.InvariantCulture, $"{row.Confidence:R}");
        foreach (var contribution in row.Contributions)
        {
            lines.Append(CultureInfo.InvariantCulture, $",{contribution:R}");
        }

        lines.Append('\n');
    }

    private static void Json(StringBuilder lines, OutputRow row, IReadOnlyList<string> features)
    {
        lines.Append(CultureInfo.InvariantCulture, $"{{\"index\":{row.Index},\"prediction\":{row.Prediction}");
        if (row.Score is { } score)
        {
            lines.Append(CultureInfo.InvariantCulture, $",\"score\":{score:R}");
        }

        lines.Append(CultureInfo.InvariantCulture, $",\"confidence\":{row.Confidence:R}");
        if (features.Count > 0)
        {
            var named = features.Select((name, j) => string.Create(
                CultureInfo.InvariantCulture,
                $"{JsonSerializer.Serialize(name, Infrastructure.Http.Json.Options)}:{row.Contributions[j]:R}"));
            lines.Append(",\"contributions\":{").AppendJoin(',', named).Append('}');
        }

        lines.Append("}\n");
    }

    private static string Quoted(string name) => name.AsSpan().IndexOfAny(",\"\n\r") < 0
        ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private readonly record struct OutputRow(long Index, int Prediction, double? Score, double Confidence,
        ArraySegment<double> Contributions);
}
