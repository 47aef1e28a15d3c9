namespace EventSourcedAnomaly.Detection.Tests.Drift;

public sealed class DriftReportTests
{
    [Fact]
    public void Only_the_feature_that_moved_is_reported()
    {
        var (reference, current) = (TestData.Cloud(400, 4, seed: 1), TestData.Cloud(400, 4, seed: 2));
        var moved = new Matrix(400, 4, [.. current.Values.ToArray().Select((v, i) => i % 4 == 2 ? v + 0.8 : v)]);
        var report = DriftReport.Compare(reference, moved);
        Assert.Equal([2], report.Features.Where(f => f.HasDrifted).Select(f => f.Feature));
        Assert.Equal(0.25, report.DriftedShare);
    }

    [Fact]
    public void Another_number_of_columns_is_refused() =>
        Assert.Throws<ArgumentException>(() => DriftReport.Compare(TestData.Cloud(10, 3), TestData.Cloud(10, 2)));
}
