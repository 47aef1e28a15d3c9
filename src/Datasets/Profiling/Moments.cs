namespace EventSourcedAnomaly.Datasets;

/// <summary>
/// Mean and standard deviation in one pass, by Welford's recurrence (B. P. Welford, Technometrics 4, 1962). The rows are taken in order
/// by one thread, so the last digit is the same every time.
/// </summary>
internal sealed class Moments
{
    private double _mean;
    private double _squares;

    public long Count { get; private set; }

    public double Mean => _mean;

    public double Std => Count > 1 ? Math.Sqrt(_squares / (Count - 1)) : 0;

    /// <summary>Takes one more value.</summary>
    public void Add(double value)
    {
        Count++;
        var difference = value - _mean;
        _mean += difference / Count;
        _squares += difference * (value - _mean);
    }
}
