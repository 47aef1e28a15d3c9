namespace EventSourcedAnomaly.Detection.Tests;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("IsolationForest")]
    [InlineData("ECOD")]
    [InlineData("COPOD")]
    [InlineData("HBOS")]
    [InlineData("PCA")]
    [InlineData("LODA")]
    [InlineData("MinCovDet")]
    [InlineData("CBLOF")]
    [InlineData("INNE")]
    public void Scoring_one_row_allocates_nothing(string name)
    {
        var x = TestData.Cloud(300, 6);
        var detector = TestData.Fitted(name, x);
        for (var i = 0; i < 100; i++) detector.DecisionFunction(x.Row(i));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) detector.DecisionFunction(x.Row(i));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
