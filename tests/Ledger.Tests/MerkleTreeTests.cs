namespace EventSourcedAnomaly.Ledger.Tests;

/// <summary>Against the published test tree of Certificate Transparency, and against the definition of RFC 6962 itself.</summary>
public sealed class MerkleTreeTests
{
    private static readonly string[] Entries =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public async Task The_published_tree_has_the_published_roots()
    {
        var leaves = Entries.Select(entry => MerkleTree.LeafHash(Convert.FromHexString(entry))).ToArray();
        var compact = new CompactTree();
        for (var size = 1; size <= leaves.Length; size++)
        {
            compact.Append(leaves[size - 1]);
            Assert.Equal(Roots[size - 1], Convert.ToHexStringLower(await MerkleTree.Root(size, Naive(leaves))));
            Assert.Equal(Roots[size - 1], Convert.ToHexStringLower(compact.Root()));
        }
    }

    [Fact]
    public async Task Every_leaf_of_every_small_tree_proves_its_place_and_no_other()
    {
        var leaves = Enumerable.Range(0, 40).Select(i => MerkleTree.LeafHash([(byte)i])).ToArray();
        for (var size = 1; size <= leaves.Length; size++)
        {
            var root = await MerkleTree.Root(size, Naive(leaves));
            for (var index = 0; index < size; index++)
            {
                var path = await MerkleTree.InclusionProof(index, size, Naive(leaves));
                Assert.Equal(root, MerkleTree.RootOf(leaves[index], index, size, path));
                Assert.NotEqual(root, MerkleTree.RootOf(leaves[(index + 1) % leaves.Length], index, size, path));
                if (size > 1)
                {
                    Assert.NotEqual(root, MerkleTree.RootOf(leaves[index], (index + 1) % size, size, path));
                }
            }
        }
    }

    [Fact]
    public async Task Every_tree_is_consistent_with_every_later_one_and_with_no_other_history()
    {
        var leaves = Enumerable.Range(0, 33).Select(i => MerkleTree.LeafHash([(byte)i])).ToArray();
        for (var to = 1; to <= leaves.Length; to++)
        {
            for (var from = 1; from <= to; from++)
            {
                var proof = await MerkleTree.ConsistencyProof(from, to, Naive(leaves));
                var (before, after) = (await MerkleTree.Root(from, Naive(leaves)), await MerkleTree.Root(to, Naive(leaves)));
                Assert.True(MerkleTree.IsConsistent(from, before, to, after, proof));
                Assert.False(MerkleTree.IsConsistent(from, MerkleTree.LeafHash("other"u8), to, after, proof));
            }
        }
    }

    [Theory]
    [InlineData(0, "000")]
    [InlineData(255, "255")]
    [InlineData(1_234_067, "x001/x234/067")]
    public void Tile_numbers_are_written_and_read_as_C2SP_has_them(long n, string path)
    {
        Assert.Equal(path, Tiles.PathOf(n));
        Assert.Equal((n, 256), Tiles.Parse(path));
        Assert.Equal((n, 17), Tiles.Parse($"{path}.p/17"));
        Assert.Null(Tiles.Parse($"{path}.p/256"));
        Assert.Null(Tiles.Parse($"0{path}"));
    }

    [Fact]
    public void A_verifier_key_and_a_checkpoint_come_back_from_their_text()
    {
        var key = new LedgerKey("example.com/log", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var checkpoint = new Checkpoint("example.com/log", 5, MerkleTree.LeafHash("x"u8));
        var note = checkpoint.Sign(key);

        Assert.Equal(key.Verifier.ToString(), VerifierKey.Parse(key.Verifier.ToString()).ToString());
        Assert.Equal(checkpoint.Root, Checkpoint.Parse(note, key.Verifier).Root);
        Assert.Throws<FormatException>(() => Checkpoint.Parse(note.Replace("\n5\n", "\n6\n", StringComparison.Ordinal), key.Verifier));
        Assert.Throws<FormatException>(() => Checkpoint.Parse(note, new LedgerKey("example.com/log", new byte[32]).Verifier));
    }

    private static PerfectSubtree Naive(byte[][] leaves) =>
        (level, index) => ValueTask.FromResult(Fold(leaves.AsSpan((int)(index << level), 1 << level)));

    private static byte[] Fold(ReadOnlySpan<byte[]> leaves) =>
        leaves.Length == 1 ? leaves[0] : MerkleTree.NodeHash(Fold(leaves[..(leaves.Length / 2)]), Fold(leaves[(leaves.Length / 2)..]));
}
