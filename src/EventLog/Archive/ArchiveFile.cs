using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Ledger;

namespace EventSourcedAnomaly.EventLog.Archive;

/// <summary>The events of a range as export lines, gzipped: what an audit export holds, and what the ledger's leaves were made of.</summary>
public static class ArchiveFile
{
    /// <summary>How the file of a range is called.</summary>
    public static string NameOf(Partition partition) =>
        string.Create(CultureInfo.InvariantCulture, $"events-{partition.First:D12}-{partition.Last:D12}.ndjson.gz");

    /// <summary>Writes a range beside its place and renames it when it is whole.</summary>
    /// <returns>The SHA-256 of the file, in hexadecimal.</returns>
    public static async Task<string> Write(string path, IAsyncEnumerable<RecordedEvent> events, CancellationToken ct)
    {
        var unfinished = path + ".unfinished";
        await using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
        {
            await using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            {
                await foreach (var recorded in events.WithCancellation(ct))
                {
                    await gzip.WriteAsync(ExportLine.Bytes(recorded), ct);
                    gzip.WriteByte((byte)'\n');
                }
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
        return await Sha256(path, ct);
    }

    /// <summary>The SHA-256 of a file, in hexadecimal.</summary>
    public static async Task<string> Sha256(string path, CancellationToken ct)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
    }

    /// <summary>The lines of a file, each compared with the ledger's leaf for it.</summary>
    /// <exception cref="ArchiveException">The file does not hold exactly the range that the ledger has hashes of.</exception>
    public static async IAsyncEnumerable<byte[]> Read(
        string path, Partition partition, Tiles tiles, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        var (sequence, n, tile) = (partition.First, -1L, Array.Empty<byte>());
        while (await reader.ReadLineAsync(ct) is { } text)
        {
            if (sequence > partition.Last)
            {
                throw new ArchiveException($"{path} goes on after event {partition.Last}.");
            }

            var index = sequence - 1;
            if (n != index / Tiles.Width)
            {
                n = index / Tiles.Width;
                tile = await tiles.Get(0, n, ct) ?? [];
            }

            var line = Encoding.UTF8.GetBytes(text);
            var at = (int)(index % Tiles.Width) * MerkleTree.HashLength;
            if (tile.Length < at + MerkleTree.HashLength || !tile.AsSpan(at, MerkleTree.HashLength).SequenceEqual(MerkleTree.LeafHash(line)))
            {
                throw new ArchiveException($"{path}: event {sequence} is not what the ledger holds.");
            }

            sequence++;
            yield return line;
        }

        if (sequence <= partition.Last)
        {
            throw new ArchiveException($"{path} ends before event {sequence}; the range goes on to {partition.Last}.");
        }
    }

    /// <summary>The event that a line was written from.</summary>
    public static RecordedEvent Parse(byte[] line)
    {
        using var document = JsonDocument.Parse(line);
        var e = document.RootElement;
        return new RecordedEvent(
            e.GetProperty("seq").GetInt64(), e.GetProperty("id").GetGuid(), Text("tenant")!, Text("stream")!, e.GetProperty("version").GetInt64(), Text("type")!,
            e.GetProperty("schema_version").GetInt32(), e.GetProperty("timestamp").GetDateTimeOffset(),
            new EventMetadata(Text("actor")!, Text("correlation_id"), Text("causation_id")), Encoding.UTF8.GetBytes(e.GetProperty("data").GetRawText()));

        string? Text(string name) => e.GetProperty(name).GetString();
    }
}
