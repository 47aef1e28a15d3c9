namespace EventSourcedAnomaly.Detection;

/// <summary>The outcome of comparing two samples.</summary>
/// <param name="Test">Name of the test, e.g. <c>kolmogorov_smirnov</c>.</param>
/// <param name="Statistic">The measure of difference; 0 means none.</param>
/// <param name="PValue">Probability of a difference at least as large if both samples came from one distribution.</param>
public sealed record DriftResult(string Test, double Statistic, double PValue);
