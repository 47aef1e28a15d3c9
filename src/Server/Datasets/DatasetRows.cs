using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Datasets;

/// <summary>The stored rows of a data set: chunks beside its stream, each checked against the hash that its event carries.</summary>
internal sealed class DatasetRows(EventStore store)
{
    /// <summary>How many rows a chunk holds.</summary>
    public const int RowsPerChunk = 16_384;

    private const string Rows = "rows";

    /// <summary>Stores every row of a file ahead of the event.</summary>
    /// <returns>The SHA-256 of each chunk, in hex.</returns>
    public async Task<IReadOnlyList<string>> Store(StreamKey stream, DatasetFile file, CancellationToken ct)
    {
        var hashes = new List<string>();
        foreach (var chunk in file.ReadChunks(RowsPerChunk, ct))
        {
            var bytes = ChunkCodec.Encode(chunk);
            await store.Attachments.Put(stream, new Attachment(Rows, hashes.Count, bytes), ct);
            hashes.Add(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }

        return hashes;
    }

    /// <summary>The chunks in order, one in memory at a time.</summary>
    /// <exception cref="InvalidDataException">A chunk is missing or is not what was stored.</exception>
    public async IAsyncEnumerable<DatasetChunk> Chunks(StreamKey stream, DatasetUploaded upload, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var part = 0; part < upload.ChunkSha256.Count; part++)
        {
            yield return await Chunk(stream, upload, part, ct);
        }
    }

    /// <summary>One chunk.</summary>
    /// <exception cref="InvalidDataException">It is missing or is not what was stored.</exception>
    public async Task<DatasetChunk> Chunk(StreamKey stream, DatasetUploaded upload, int part, CancellationToken ct)
    {
        var bytes = await store.Attachments.Get(stream, Rows, ct, part) ?? throw new InvalidDataException($"Chunk {part} is missing.");
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == upload.ChunkSha256[part]
            ? ChunkCodec.Decode(bytes)
            : throw new InvalidDataException($"Chunk {part} is not what was stored: its SHA-256 differs from the one recorded.");
    }

    /// <summary>The features as a matrix, and the labels where there are any. Missing numbers are NaN.</summary>
    public async Task<(Matrix Features, int[]? Labels)> Load(StreamKey stream, DatasetUploaded upload, IReadOnlyList<string> features, CancellationToken ct)
    {
        var values = new double[checked((int)upload.RowCount * features.Count)];
        var labels = upload.LabelColumn is null ? null : new int[upload.RowCount];
        var row = 0;
        await foreach (var chunk in Chunks(stream, upload, ct))
        {
            for (var j = 0; j < features.Count; j++)
            {
                var column = chunk.ToDoubles(IndexOf(upload, features[j]));
                for (var i = 0; i < column.Length; i++)
                {
                    values[((row + i) * features.Count) + j] = column[i];
                }
            }

            if (labels is not null)
            {
                var column = chunk.ToDoubles(IndexOf(upload, upload.LabelColumn!));
                for (var i = 0; i < column.Length; i++)
                {
                    labels[row + i] = column[i] > 0 ? 1 : 0;
                }
            }

            row += chunk.RowCount;
        }

        return (new Matrix(row, features.Count, values), labels);
    }

    private static int IndexOf(DatasetUploaded upload, string name)
    {
        for (var i = 0; i < upload.Columns.Count; i++)
        {
            if (upload.Columns[i].Name == name)
            {
                return i;
            }
        }

        throw new InvalidDataException($"There is no column '{name}'.");
    }
}
