namespace EventSourcedAnomaly.Ledger.Tests;

/// <summary>A proof is one text file that verifies offline.</summary>
public sealed class LogProofTests
{
    private const int Size = 300;
    private static readonly LedgerKey Key = new("example.com/log", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(Size - 1)]
    public async Task It_holds_for_its_entry_and_for_no_other_entry_place_or_key(int index)
    {
        var tiles = TilesOf(Enumerable.Range(0, Size).Select(i => MerkleTree.LeafHash(Entry(i))));
        var subtrees = Tiles.Subtrees((level, n) => Task.FromResult(tiles.GetValueOrDefault((level, n))));
        var note = new Checkpoint(Key.Name, Size, await MerkleTree.Root(Size, subtrees)).Sign(Key);

        var proof = LogProof.Parse(new LogProof(index, await MerkleTree.InclusionProof(index, Size, subtrees), note).ToString());

        Assert.True(proof.Holds(Entry(index), Key.Verifier));
        Assert.True(proof.Holds(Entry(index), null));
        Assert.False(proof.Holds(Entry(index + 1), Key.Verifier));
        Assert.False((proof with { Index = (index + 1) % Size }).Holds(Entry(index), Key.Verifier));
        Assert.False((proof with { Hashes = [.. proof.Hashes.Skip(1)] }).Holds(Entry(index), Key.Verifier));
        Assert.Throws<FormatException>(() => proof.Holds(Entry(index), new LedgerKey(Key.Name, new byte[32]).Verifier));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 1\n")]
    [InlineData("c2sp.org/tlog-proof@v2\nindex 1\n\nnote")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex -1\n\nnote")]
    [InlineData("c2sp.org/tlog-proof@v1\nAAAA\n\nnote")]
    public void What_is_no_proof_is_refused(string text) => Assert.Throws<FormatException>(() => LogProof.Parse(text));

    [Fact]
    public async Task A_tile_that_is_missing_or_too_short_is_an_error_and_no_proof()
    {
        var missing = Tiles.Subtrees((_, _) => Task.FromResult<byte[]?>(null));
        var shortened = Tiles.Subtrees((_, _) => Task.FromResult<byte[]?>(new byte[10 * MerkleTree.HashLength]));

        await Assert.ThrowsAsync<InvalidDataException>(async () => await MerkleTree.Root(Size, missing));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await MerkleTree.Root(Size, shortened));
    }

    private static byte[] Entry(int i) => BitConverter.GetBytes(i);

    private static Dictionary<(int Level, long N), byte[]> TilesOf(IEnumerable<byte[]> hashes)
    {
        var tiles = new Dictionary<(int, long), byte[]>();
        for (var (level, row) = (0, hashes.ToArray()); row.Length > 0; level++)
        {
            var full = row.Chunk(Tiles.Width).ToArray();
            for (var n = 0; n < full.Length; n++)
            {
                tiles[(level, n)] = [.. full[n].SelectMany(hash => hash)];
            }

            row = [.. full.Where(tile => tile.Length == Tiles.Width)
                .Select(tile => Tiles.Fold([.. tile.SelectMany(hash => hash)], 0, Tiles.Width))];
        }

        return tiles;
    }
}
