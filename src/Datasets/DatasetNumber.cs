namespace EventSourcedAnomaly.Datasets;

/// <summary>Which numbers a data set takes.</summary>
public static class DatasetNumber
{
    /// <summary>The greatest magnitude: beyond it the sums of squares of long columns would leave float64.</summary>
    public const double Largest = 1e100;
}
