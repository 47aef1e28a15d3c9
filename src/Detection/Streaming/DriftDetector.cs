namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Watches a stream of numbers for a change of their distribution, one number at a time in bounded memory.</summary>
public abstract class DriftDetector
{
    private protected DriftDetector()
    {
    }

    /// <summary>Numbers seen since the beginning.</summary>
    public long Count { get; private set; }

    /// <summary>Takes the next number.</summary>
    /// <returns>Whether a change is detected at this number; the detector has then forgotten what was before the change.</returns>
    /// <exception cref="ArgumentException">The number is NaN or infinite.</exception>
    public bool Update(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentException($"value: expected a finite number, got {value}", nameof(value));
        Count++;
        return Detects(value);
    }

    private protected abstract bool Detects(double value);

    private protected static double Within(double value, double minimum, double maximum, string parameter) =>
        value > minimum && value < maximum
            ? value
            : throw new ParameterException(parameter, $"a number in ({minimum}, {maximum})", $"{value}");

    private protected static int AtLeast(int value, int minimum, string parameter) =>
        value >= minimum ? value : throw new ParameterException(parameter, $"an integer >= {minimum}", $"{value}");
}
