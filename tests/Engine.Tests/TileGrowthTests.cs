using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;

namespace EventSourcedAnomaly.Engine.Tests;

public sealed class TileGrowthTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 300)]
    [InlineData(3, 5000)]
    public async Task Tiles_that_grow_in_steps_of_any_size_hold_the_tree_of_all_leaves(int seed, int largest)
    {
        var (random, size, tree) = (new Random(seed), 0L, new CompactTree());
        var tiles = new Dictionary<(int Level, long N), byte[]>();
        for (var step = 0; step < 40; step++)
        {
            var leaves = Enumerable.Range(0, random.Next(0, largest))
                .Select(i => MerkleTree.LeafHash(BitConverter.GetBytes(size + i))).ToArray();
            var grown = await TileGrowth.Append(size, leaves, (level, n) => Task.FromResult(tiles.GetValueOrDefault((level, n))));
            foreach (var (level, n, hashes) in grown)
            {
                // What was published of a tile never changes.
                Assert.Equal(tiles.GetValueOrDefault((level, n), []), hashes[..tiles.GetValueOrDefault((level, n), []).Length]);
                tiles[(level, n)] = hashes;
            }

            foreach (var leaf in leaves)
            {
                tree.Append(leaf);
            }

            size += leaves.Length;
            Assert.Equal(tree.Root(), size == 0 ? tree.Root()
                : await MerkleTree.Root(size, Tiles.Subtrees((level, n) => Task.FromResult(tiles.GetValueOrDefault((level, n))))));
        }
    }

    [Fact]
    public async Task A_tile_that_is_missing_stops_the_growth() =>
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            TileGrowth.Append(5, [MerkleTree.LeafHash([1])], (_, _) => Task.FromResult<byte[]?>(null)));
}
