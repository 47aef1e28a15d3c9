using System.Globalization;
using System.Text.Json;

namespace EventSourcedAnomaly.Ledger;

/// <summary>Compares an export of the whole log, one line for each event, with a checkpoint; nothing but the two is needed.</summary>
public static class ExportVerification
{
    /// <summary>Verifies an export.</summary>
    /// <param name="lines">The lines of the export, from the first event on.</param>
    /// <param name="checkpoint">The tree head, its signature checked.</param>
    /// <param name="ct">Stops the verification.</param>
    /// <returns>What is wrong; nothing when the export holds exactly what the checkpoint was signed over.</returns>
    public static async Task<IReadOnlyList<Finding>> Run(IAsyncEnumerable<byte[]> lines, Checkpoint checkpoint, CancellationToken ct)
    {
        var tree = new CompactTree();
        await foreach (var line in lines.WithCancellation(ct))
        {
            var leaf = LeafOf(line);
            if (leaf != tree.Size)
            {
                return [new Finding(null, $"Line {tree.Size + 1} holds leaf {leaf?.ToString(CultureInfo.InvariantCulture) ?? "?"}; a "
                    + $"whole export holds leaf {tree.Size} there.")];
            }

            tree.Append(MerkleTree.LeafHash(line));
            if (tree.Size == checkpoint.Size)
            {
                return tree.Root().AsSpan().SequenceEqual(checkpoint.Root)
                    ? []
                    : [new Finding(null, $"The first {checkpoint.Size} events are not those that the checkpoint was signed over.")];
            }
        }

        return [new Finding(null, $"The export ends after {tree.Size} events; the checkpoint was signed over {checkpoint.Size}.")];
    }

    private static long? LeafOf(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement is { ValueKind: JsonValueKind.Object } line && line.TryGetProperty("leaf", out var leaf)
                && leaf.ValueKind == JsonValueKind.Number && leaf.TryGetInt64(out var value) ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
