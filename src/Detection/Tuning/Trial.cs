using System.Text.Json;

namespace EventSourcedAnomaly.Detection;

/// <summary>One set of hyper-parameters that was tried.</summary>
/// <param name="Number">From 0, in the order of trying.</param>
/// <param name="Point">Position in the search space.</param>
/// <param name="Parameters">The hyper-parameters.</param>
/// <param name="Resource">Share of the full effort (rows, epochs) it was given, in (0, 1].</param>
/// <param name="Value">What the objective returned, larger being better; NaN counts as worst.</param>
public sealed record Trial(int Number, double[] Point, IReadOnlyDictionary<string, JsonElement> Parameters, double Resource, double Value);

/// <summary>When tuning ends: after so many trials or so much time, whichever is first.</summary>
public sealed record TuningBudget(int MaxTrials, TimeSpan? MaxTime = null);

/// <summary>All trials in order, and the best of those given the greatest resource.</summary>
public sealed record TuningResult(IReadOnlyList<Trial> Trials, Trial Best);
