namespace EventSourcedAnomaly.Detection;

/// <summary>What one pass over the training data achieved.</summary>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="Loss">Mean squared error over the training samples, in standardised units, as seen during the epoch;
/// the greatest number there is when the training diverged, which ends it.</param>
/// <param name="ValidationLoss">The same over the samples held back, after the epoch; null when none are held back.</param>
/// <param name="LearningRate">Step size used.</param>
/// <param name="IsBest">Whether no earlier epoch had a lower validation (or training) loss.</param>
public sealed record EpochReport(int Epoch, double Loss, double? ValidationLoss, double LearningRate, bool IsBest);
