using System.Text.Json;

namespace EventSourcedAnomaly.EventLog.Ledger;

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
            var sequence = SequenceOf(line);
            if (sequence != tree.Size + 1)
            {
                return [new Finding(tree.Size + 1, $"Line {tree.Size + 1} holds event {sequence?.ToString() ?? "?"}; a whole export holds event {tree.Size + 1} there.")];
            }

            tree.Append(MerkleTree.LeafHash(line));
            if (tree.Size == checkpoint.Size)
            {
                return tree.Root().AsSpan().SequenceEqual(checkpoint.Root)
                    ? []
                    : [new Finding(null, $"The first {checkpoint.Size} events are not those that the checkpoint was signed over.")];
            }
        }

        return [new Finding(tree.Size + 1, $"The export ends after {tree.Size} events; the checkpoint was signed over {checkpoint.Size}.")];
    }

    private static long? SequenceOf(byte[] line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("seq", out var sequence) && sequence.TryGetInt64(out var value) ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
