namespace EventSourcedAnomaly.Detection;

/// <summary>Why a row got its raw score.</summary>
/// <param name="Contributions">What each feature added, positive towards anomaly.</param>
/// <param name="BaseValue">The raw score from which the contributions depart.</param>
/// <param name="Prediction">The row's raw score.</param>
/// <param name="Fidelity">How well the explanation stands for the detector around the row: R² of the local model for LIME; 1 for
/// Shapley values, which add up exactly.</param>
public sealed record Explanation(double[] Contributions, double BaseValue, double Prediction, double Fidelity);
