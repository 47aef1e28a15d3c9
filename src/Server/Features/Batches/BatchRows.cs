using System.Globalization;
using System.Runtime.CompilerServices;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>Some consecutive rows of a data set, as a model judges them.</summary>
/// <param name="Index">Which chunk, from 0.</param>
/// <param name="First">The number of its first row, from 0.</param>
/// <param name="Rows">The rows, and before them as many as the model looks back.</param>
/// <param name="LookBack">How many rows stand before.</param>
/// <param name="Labels">For each row 1 for an anomaly; null without labels.</param>
internal sealed record BatchChunk(int Index, long First, Matrix Rows, int LookBack, int[]? Labels)
{
    /// <summary>Judges the rows; in whatever chunks a data set is cut, they come out the same.</summary>
    /// <param name="model">The model.</param>
    /// <param name="learned">Whether it was made of these very rows.</param>
    /// <param name="ct">Stops the judging.</param>
    public Predictions Judge(LoadedModel model, bool learned, CancellationToken ct)
    {
        if (learned)
        {
            return Predictions.OfTrainingRows(model.Artifact.Detector, (int)First, Rows.Rows - LookBack);
        }

        var predictions = Predictions.Of(model, Rows, ct);
        return LookBack == 0 ? predictions : new Predictions(predictions.Scores[LookBack..], predictions.Confidences[LookBack..]);
    }
}

/// <summary>Reads a data set in chunks of any size, one stored chunk in memory at a time.</summary>
internal sealed class BatchRows(DatasetRows rows)
{
    /// <summary>The chunks from one on.</summary>
    /// <exception cref="InvalidDataException">The rows are missing or are not what was stored.</exception>
    public async IAsyncEnumerable<BatchChunk> Read(
        string tenant, DatasetUploaded upload, ModelArtifact model, int size, int from, [EnumeratorCancellation] CancellationToken ct)
    {
        var reader = new Reader(rows, tenant, upload, await rows.Manifest(tenant, upload, ct), model);
        var lookBack = LookBackOf(model);
        for (var index = from; (long)index * size < upload.RowCount; index++)
        {
            var first = (long)index * size;
            yield return await reader.Read(index, first, (int)Math.Min(size, upload.RowCount - first), (int)Math.Min(lookBack, first), ct);
        }
    }

    private static int LookBackOf(ModelArtifact model) =>
        model.Detector.IsSequential && model.Detector.Parameters.Values.GetValueOrDefault("window_size") is int window ? window - 1 : 0;

    private sealed class Reader(DatasetRows rows, string tenant, DatasetUploaded upload, DatasetManifest manifest, ModelArtifact model)
    {
        private readonly int[] _columns = [.. model.FeatureNames.Select(manifest.IndexOf)];
        private readonly int? _label = upload.LabelColumn is { } label ? manifest.IndexOf(label) : null;
        private int _part = -1;
        private double[][] _cells = [];
        private double[] _labels = [];

        public async Task<BatchChunk> Read(int index, long first, int count, int lookBack, CancellationToken ct)
        {
            var values = new double[(lookBack + count) * _columns.Length];
            var labels = _label is null ? null : new int[count];
            for (var i = -lookBack; i < count; i++)
            {
                var row = first + i;
                await Load((int)(row / manifest.RowsPerChunk), ct);
                var at = (int)(row % manifest.RowsPerChunk);
                for (var j = 0; j < _columns.Length; j++)
                {
                    values[((lookBack + i) * _columns.Length) + j] = DatasetRows.Bearable(_cells[j][at], model.FeatureNames[j], row);
                }

                if (labels is not null && i >= 0)
                {
                    labels[i] = AnomalyLabel.Read(_labels[at], upload.LabelColumn!, row);
                }
            }

            return new BatchChunk(index, first, new Matrix(lookBack + count, _columns.Length, values), lookBack, labels);
        }

        private async ValueTask Load(int part, CancellationToken ct)
        {
            if (part == _part)
            {
                return;
            }

            var chunk = await rows.Chunk(tenant, upload, part, ct);
            _cells = [.. _columns.Select((column, j) => Cells(chunk.Columns[column], model.Inputs[j]))];
            _labels = _label is { } label ? chunk.ToDoubles(label) : [];
            _part = part;
        }

        private static double[] Cells(ChunkColumn column, InputColumn input)
        {
            if (column is not TextColumn && input is NumberInput or TimeInput)
            {
                return column.ToDoubles();
            }

            // The same reading as of a request's cells, so that both roads see the same rows.
            var cells = new double[column.Count];
            for (var i = 0; i < cells.Length; i++)
            {
                var cell = column.Nulls[i] ? Cell.Missing
                    : column is TextColumn text ? new Cell(double.NaN, text.Values[i])
                    : new Cell(Convert.ToDouble(column[i], CultureInfo.InvariantCulture), null);
                cells[i] = input.Read(cell)
                    ?? throw new InvalidDataException($"Column '{input.Name}': expected {input.Expectation}, got {cell}.");
            }

            return cells;
        }
    }
}
