using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests;

public sealed class AllocationTests
{
    public static TheoryData<string> Names => [.. Algorithms.All.Select(a => a.Name)];

    public static TheoryData<string> StreamingNames => [.. StreamingAlgorithms.All.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scoring_one_row_allocates_nothing(string name)
    {
        var x = TestData.Cloud(300, 6);
        var detector = TestData.Fitted(name, x);
        Assert.Equal(0, Allocated(i => detector.DecisionFunction(x.Row(i))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scoring_rows_into_a_span_allocates_nothing(string name)
    {
        var x = TestData.Cloud(300, 6);
        var detector = TestData.Fitted(name, x);
        var scores = new double[200];
        Assert.Equal(0, Allocated(i => detector.DecisionFunction(x.RowRange(i, scores.Length), scores)));
    }

    [Theory]
    [MemberData(nameof(StreamingNames))]
    public void Scoring_a_point_of_a_stream_allocates_nothing(string name)
    {
        var x = TestData.Cloud(2_000, 2);
        var detector = StreamingAlgorithms.Create(name);
        var points = 0;
        for (; points < 1_000; points++) detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(points), x.Row(points));
        Assert.Equal(0, Allocated(_ => detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(points), x.Row(points++))));
    }

    /// <summary>Bytes allocated by fifty calls; the least of some rounds, as a collection may take borrowed memory away.</summary>
    private static long Allocated(Action<int> work)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 50; i++) work(i);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
