using System.Security.Cryptography;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>The rows that a session learns from.</summary>
/// <param name="Cells">One row for each sample; missing cells are NaN.</param>
/// <param name="Columns">What the columns are.</param>
/// <param name="Labels">1 for an anomaly, 0 for another row; null where nobody knows.</param>
internal sealed record SampleRows(Matrix Cells, IReadOnlyList<RawColumn> Columns, int[]? Labels);

/// <summary>Loads the rows of a plan: those of a data set, or of a file below the configuration root.</summary>
internal sealed class EpochRows(ConfigurationRoot root, DatasetQueries datasets, DatasetRows rows, ServerSettings settings)
{
    /// <summary>Loads them.</summary>
    /// <exception cref="InvalidDataException">There is nothing to learn from, or no longer what the session was made with.</exception>
    public async Task<SampleRows> Load(string tenant, EpochPlan plan, CancellationToken ct)
    {
        if (plan.DatasetId is { } id)
        {
            var dataset = await datasets.Get(tenant, id, ct);
            if (dataset.Status != Dataset.Valid)
            {
                throw new InvalidDataException($"The data set is {dataset.Status} and cannot be learned from.");
            }

            var manifest = await rows.Manifest(tenant, dataset.Uploaded, ct);
            var (cells, columns, labels) = await rows.Load(tenant, dataset.Uploaded,
                manifest.InputNames(dataset.Uploaded.LabelColumn, new PreprocessingOptions()), ct);
            return Require(new SampleRows(cells, columns, labels));
        }

        return Require(await Task.Run(() => FromFile(plan, ct), ct));
    }

    private SampleRows FromFile(EpochPlan plan, CancellationToken ct)
    {
        var path = root.Resolve("config.data.file", plan.File!, Path.GetExtension(plan.File!)).FullName;
        using (var content = File.OpenRead(path))
        {
            if (Convert.ToHexStringLower(SHA256.HashData(content)) != plan.FileSha256)
            {
                throw new InvalidDataException(
                    $"The file '{plan.File}' is not the one that the session was made with: its SHA-256 differs.");
            }
        }

        using var file = DatasetFile.Open(path, new ReadOptions(), ReadLimits.Default, settings.TempDirectory, ct);
        var label = LabelOf(file, plan.LabelColumn);
        var features = Enumerable.Range(0, file.Columns.Count)
            .Where(j => j != label && file.Columns[j].Type is not (ColumnType.Text or ColumnType.Timestamp)).ToArray();
        var values = new double[checked((int)file.RowCount * features.Length)];
        var labels = label < 0 ? null : new int[file.RowCount];
        var row = 0;
        foreach (var chunk in file.ReadChunks(DatasetRows.RowsPerChunk, ct))
        {
            for (var j = 0; j < features.Length; j++)
            {
                var column = chunk.ToDoubles(features[j]);
                for (var i = 0; i < column.Length; i++)
                {
                    values[((row + i) * features.Length) + j] = column[i];
                }
            }

            if (labels is not null)
            {
                var column = chunk.ToDoubles(label);
                for (var i = 0; i < column.Length; i++)
                {
                    labels[row + i] = column[i] > 0 ? 1 : 0;
                }
            }

            row += chunk.RowCount;
        }

        return new SampleRows(
            new Matrix(row, features.Length, values),
            [.. features.Select(j => new RawColumn(file.Columns[j].Name, file.Columns[j].Type, []))], labels);
    }

    private static int LabelOf(DatasetFile file, string? wanted)
    {
        var name = wanted ?? "label";
        var found = file.Columns.Select((column, j) => (column, j))
            .Where(one => one.column.Name == name && one.column.Type is not (ColumnType.Text or ColumnType.Timestamp))
                .Select(one => one.j).DefaultIfEmpty(-1).First();
        return found < 0 && wanted is not null
            ? throw new InvalidDataException($"The file has no column '{wanted}' of numbers or truth values for its labels.") : found;
    }

    private static SampleRows Require(SampleRows rows) =>
        rows.Cells.Columns > 0 && rows.Cells.Rows > 1
            ? rows : throw new InvalidDataException("There is no column of numbers, or only one row, to learn from.");
}
