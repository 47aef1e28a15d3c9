using System.Text;

namespace EventSourcedAnomaly.Ledger.Tests;

/// <summary>An auditor who holds an export and a checkpoint needs nothing else.</summary>
public sealed class ExportVerificationTests
{
    private const int Count = 300;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_export_verifies_and_so_does_one_that_goes_on_behind_the_checkpoint()
    {
        var lines = Lines();

        Assert.Empty(await Verify(lines, Over(lines)));
        Assert.Empty(await Verify(lines, Over(lines[..200])));
    }

    [Fact]
    public async Task An_export_that_ends_early_is_named_as_such()
    {
        var lines = Lines();

        var finding = Assert.Single(await Verify(lines[..^1], Over(lines)));

        Assert.Equal($"The export ends after {Count - 1} events; the checkpoint was signed over {Count}.", finding.Message);
    }

    [Fact]
    public async Task A_line_that_is_missing_doubled_or_moved_is_named_by_its_place()
    {
        var lines = Lines();

        Assert.StartsWith("Line 11 holds leaf 11;", Assert.Single(await Verify([.. lines[..10], .. lines[11..]], Over(lines))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("Line 12 holds leaf 10;", Assert.Single(await Verify([.. lines[..11], .. lines[10..]], Over(lines))).Message,
            StringComparison.Ordinal);
        (lines[4], lines[5]) = (lines[5], lines[4]);
        Assert.StartsWith("Line 5 holds leaf 5;", Assert.Single(await Verify(lines, Over(Lines()))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"seq\":1}")]
    [InlineData("{\"leaf\":\"0\"}")]
    [InlineData("[0]")]
    public async Task What_is_no_export_line_is_named(string line)
    {
        var lines = Lines();

        var finding = Assert.Single(await Verify([Encoding.UTF8.GetBytes(line), .. lines[1..]], Over(lines)));

        Assert.StartsWith("Line 1 holds leaf ?;", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_changed_byte_is_found()
    {
        var lines = Lines();
        var checkpoint = Over(lines);
        lines[200][^4] ^= 1;

        Assert.Equal($"The first {Count} events are not those that the checkpoint was signed over.",
            Assert.Single(await Verify(lines, checkpoint)).Message);
    }

    private static byte[][] Lines() => [.. Enumerable.Range(0, Count).Select(i => ExportLine.Bytes(ExportLineTests.Event with
    {
        // Numbers of commits that failed are missing; leaves have no gaps.
        Sequence = (i * 3) + 1,
        Leaf = i,
        Data = Encoding.UTF8.GetBytes($$"""{"amount": {{i}}, "text": "abc"}"""),
    }))];

    private static Checkpoint Over(byte[][] lines)
    {
        var tree = new CompactTree();
        foreach (var line in lines)
        {
            tree.Append(MerkleTree.LeafHash(line));
        }

        return new Checkpoint("example.com/log", tree.Size, tree.Root());
    }

    private static Task<IReadOnlyList<Finding>> Verify(byte[][] lines, Checkpoint checkpoint) =>
        ExportVerification.Run(lines.ToAsyncEnumerable(), checkpoint, Ct);
}
