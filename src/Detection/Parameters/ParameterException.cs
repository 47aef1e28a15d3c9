namespace EventSourcedAnomaly.Detection;

/// <summary>A hyper-parameter (or the algorithm's name) is unknown or its value is not allowed.</summary>
public sealed class ParameterException(string parameter, string expected, string value)
    : ArgumentException($"{parameter}: expected {expected}, got {value}")
{
    /// <summary>The parameter's name, or <c>algorithm</c>.</summary>
    public string Parameter { get; } = parameter;

    /// <summary>What would have been accepted, in words.</summary>
    public string Expected { get; } = expected;

    /// <summary>The refused value as it was written.</summary>
    public string Value { get; } = value;
}
