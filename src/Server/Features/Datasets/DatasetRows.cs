using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Microsoft.Extensions.Caching.Memory;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>The stored rows of a data set: a manifest and chunks beside its stream, each checked against the hash that seals it.</summary>
internal sealed class DatasetRows(BulkStore bulk) : IDisposable
{
    /// <summary>How many rows a chunk holds.</summary>
    public const int RowsPerChunk = 16_384;

    private const string Rows = "rows";
    private const string ManifestName = "manifest";
    private readonly MemoryCache _manifests = new(new MemoryCacheOptions { SizeLimit = 1 << 26 });

    /// <summary>Stores every row of a file, and the manifest, ahead of the event.</summary>
    /// <returns>The manifest and its SHA-256 in hex.</returns>
    public async Task<(DatasetManifest Manifest, string Sha256)> Store(StreamKey stream, DatasetFile file, CancellationToken ct)
    {
        var profile = file.Profile(ct);
        var hashes = new List<string>();
        foreach (var chunk in file.ReadChunks(RowsPerChunk, ct))
        {
            var bytes = ChunkCodec.Encode(chunk);
            await bulk.Put(stream, new BulkBytes(Rows, hashes.Count, bytes), ct);
            hashes.Add(HashOf(bytes));
        }

        var manifest = new DatasetManifest(file.Columns, profile, RowsPerChunk, hashes);
        var json = JsonSerializer.SerializeToUtf8Bytes(manifest, EventJson.Options);
        await bulk.Put(stream, new BulkBytes(ManifestName, 0, json), ct);
        return (manifest, HashOf(json));
    }

    /// <summary>What is known of the columns and chunks.</summary>
    /// <exception cref="InvalidDataException">The manifest is missing or is not what was stored.</exception>
    public async Task<DatasetManifest> Manifest(string tenant, DatasetUploaded upload, CancellationToken ct)
    {
        if (_manifests.TryGetValue(upload.ManifestSha256, out DatasetManifest? known))
        {
            return known!;
        }

        var json = await Verified(new StreamKey(tenant, upload.Id), ManifestName, 0, upload.ManifestSha256, ct);
        var manifest = JsonSerializer.Deserialize<DatasetManifest>(json, EventJson.Options)!;
        return _manifests.Set(upload.ManifestSha256, manifest, new MemoryCacheEntryOptions { Size = json.Length });
    }

    /// <summary>One chunk.</summary>
    /// <exception cref="InvalidDataException">It is missing or is not what was stored.</exception>
    public async Task<DatasetChunk> Chunk(string tenant, DatasetUploaded upload, int part, CancellationToken ct)
    {
        var manifest = await Manifest(tenant, upload, ct);
        return ChunkCodec.Decode(await Verified(new StreamKey(tenant, upload.Id), Rows, part, manifest.ChunkSha256[part], ct));
    }

    /// <summary>The chunks in order, one in memory at a time.</summary>
    /// <exception cref="InvalidDataException">A chunk is missing or is not what was stored.</exception>
    public async IAsyncEnumerable<DatasetChunk> Chunks(string tenant, DatasetUploaded upload, [EnumeratorCancellation] CancellationToken ct)
    {
        var manifest = await Manifest(tenant, upload, ct);
        for (var part = 0; part < manifest.ChunkSha256.Count; part++)
        {
            yield return await Chunk(tenant, upload, part, ct);
        }
    }

    /// <summary>
    /// The cells of some columns as a matrix, and the labels where there are any. Missing cells are NaN, texts are their places
    /// among the column's different ones.
    /// </summary>
    public async Task<(Matrix Cells, IReadOnlyList<RawColumn> Columns, int[]? Labels)> Load(
        string tenant, DatasetUploaded upload, IReadOnlyList<string> names, CancellationToken ct)
    {
        var manifest = await Manifest(tenant, upload, ct);
        var columns = names.Select(manifest.IndexOf).ToArray();
        var texts = columns.Select(_ => new Dictionary<string, int>(StringComparer.Ordinal)).ToArray();
        var values = new double[checked((int)upload.RowCount * names.Count)];
        var labels = upload.LabelColumn is null ? null : new int[upload.RowCount];
        var row = 0;
        await foreach (var chunk in Chunks(tenant, upload, ct))
        {
            for (var j = 0; j < columns.Length; j++)
            {
                var column = chunk.Columns[columns[j]] is TextColumn text
                    ? Preprocessing.Places(text, value => texts[j].TryGetValue(value, out var place)
                        ? place : texts[j][value] = texts[j].Count)
                    : chunk.ToDoubles(columns[j]);
                for (var i = 0; i < column.Length; i++)
                {
                    values[((row + i) * columns.Length) + j] = Bearable(column[i], names[j], row + i);
                }
            }

            if (labels is not null)
            {
                var column = chunk.ToDoubles(manifest.IndexOf(upload.LabelColumn!));
                for (var i = 0; i < column.Length; i++)
                {
                    labels[row + i] = AnomalyLabel.Read(column[i], upload.LabelColumn!, row + i);
                }
            }

            row += chunk.RowCount;
        }

        return (
            new Matrix(row, columns.Length, values),
            [.. columns.Select((column, j) =>
                new RawColumn(names[j], manifest.Columns[column].Type,
                    [.. texts[j].OrderBy(text => text.Value).Select(text => text.Key)]))],
            labels);
    }

    /// <summary>A number that detectors take.</summary>
    /// <exception cref="InvalidDataException">It is too large; the message gives column and row.</exception>
    internal static double Bearable(double cell, string column, long row) => Math.Abs(cell) <= Matrix.LargestNumber || double.IsNaN(cell)
        ? cell
        : throw new InvalidDataException(
            $"Column '{column}', row {row + 1}: expected a number from -{Matrix.LargestNumber} to {Matrix.LargestNumber}, got {cell}.");

    /// <inheritdoc/>
    public void Dispose() => _manifests.Dispose();

    private async Task<byte[]> Verified(StreamKey stream, string name, int part, string sha256, CancellationToken ct)
    {
        var bytes = await bulk.Get(stream, name, ct, part) ?? throw new InvalidDataException($"Part {part} of the {name} is missing.");
        return HashOf(bytes) == sha256
            ? bytes
            : throw new InvalidDataException(
                $"Part {part} of the {name} is not what was stored: its SHA-256 differs from the one recorded.");
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
