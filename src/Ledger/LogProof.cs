using System.Globalization;
using System.Text;

namespace EventSourcedAnomaly.Ledger;

/// <summary>A proof that an entry is in the log, in the form of C2SP tlog-proof: one text file that verifies offline.</summary>
/// <param name="Index">The entry's index, from 0.</param>
/// <param name="Hashes">Its audit path.</param>
/// <param name="Checkpoint">The signed note that the path leads to.</param>
public sealed record LogProof(long Index, IReadOnlyList<byte[]> Hashes, string Checkpoint)
{
    private const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>The file.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{Header}\nindex {Index}\n"));
        foreach (var hash in Hashes)
        {
            text.Append(Convert.ToBase64String(hash)).Append('\n');
        }

        return text.Append('\n').Append(Checkpoint).ToString();
    }

    /// <summary>Reads such a file.</summary>
    /// <exception cref="FormatException">It is no such file.</exception>
    public static LogProof Parse(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = (end < 0 ? text : text[..end]).Split('\n')
            .Where(line => !line.StartsWith("extra ", StringComparison.Ordinal)).ToArray();
        return end >= 0 && lines.Length >= 2 && lines[0] == Header && lines[1].StartsWith("index ", StringComparison.Ordinal)
            && long.TryParse(lines[1].AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new LogProof(index, [.. lines[2..].Select(Convert.FromBase64String)], text[(end + 2)..])
            : throw new FormatException($"Not a log proof: expected '{Header}', an index, hashes, an empty line and a checkpoint.");
    }

    /// <summary>Whether the proof holds for an entry under a key.</summary>
    /// <param name="entry">The export line, without a line feed at its end.</param>
    /// <param name="key">The log's public key; null to leave the signature unchecked.</param>
    /// <exception cref="FormatException">The checkpoint is damaged or not signed by the key.</exception>
    public bool Holds(ReadOnlySpan<byte> entry, VerifierKey? key)
    {
        var checkpoint = Ledger.Checkpoint.Parse(Checkpoint, key);
        return MerkleTree.RootOf(MerkleTree.LeafHash(entry), Index, checkpoint.Size, Hashes) is { } root
            && root.AsSpan().SequenceEqual(checkpoint.Root);
    }
}
