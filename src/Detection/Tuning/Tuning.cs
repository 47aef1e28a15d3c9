using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Searches hyper-parameters. Given the same seed, a trial budget and an objective that is a function of its arguments, the trials
/// are the same.
/// </summary>
public static class Tuning
{
    /// <summary>Scores hyper-parameters with a share of the full effort; larger is better.</summary>
    public delegate double Objective(
        IReadOnlyDictionary<string, System.Text.Json.JsonElement> parameters, double resource, CancellationToken ct);

    /// <summary>Gives every trial the full resource.</summary>
    /// <param name="space">What to vary.</param>
    /// <param name="objective">What to maximise.</param>
    /// <param name="sampler">How points are chosen.</param>
    /// <param name="budget">When to stop; at least one trial is made.</param>
    /// <param name="seed">Seed of the choices.</param>
    /// <param name="time">Clock of the time budget.</param>
    /// <param name="progress">Told each finished trial.</param>
    /// <param name="ct">Stops the search with an exception.</param>
    /// <exception cref="ParameterException">A dimension of the space has nothing to choose from, or no usable interval.</exception>
    public static TuningResult Search(
        SearchSpace space, Objective objective, Sampler sampler, TuningBudget budget, int seed = 0, TimeProvider? time = null,
        IProgress<Trial>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        foreach (var dimension in space.Dimensions) dimension.Check();
        var run = new TuningRun(space, objective, budget, time ?? TimeProvider.System, progress, ct);
        var random = new RandomSource(seed);
        do run.Try(sampler.Suggest(space, run.Trials, random), resource: 1);
        while (run.HasBudget);
        return run.Result();
    }

    /// <summary>
    /// Successive halving as ASHA promotes (Li et al. 2020, "A system for massively parallel hyperparameter tuning"): whenever a
    /// point is among the best 1 / <paramref name="reduction"/> of its rung, it is tried again with that many times the resource;
    /// otherwise a new point starts at the bottom.
    /// </summary>
    /// <param name="leastResource">Resource of the lowest rung, in (0, 1].</param>
    /// <param name="reduction">Factor between rungs, 2 or more.</param>
    /// <inheritdoc cref="Search" path="/param"/>
    public static TuningResult SuccessiveHalving(
        SearchSpace space, Objective objective, Sampler sampler, TuningBudget budget, double leastResource = 1.0 / 9, int reduction = 3,
        int seed = 0, TimeProvider? time = null, IProgress<Trial>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        foreach (var dimension in space.Dimensions) dimension.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(reduction, 2);
        if (leastResource is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(leastResource), leastResource, "expected a share in (0, 1]");
        var run = new TuningRun(space, objective, budget, time ?? TimeProvider.System, progress, ct);
        var rungs = new SuccessiveHalvingRungs(leastResource, reduction);
        var random = new RandomSource(seed);
        do
        {
            if (rungs.TryPromote(out var point, out var rung)) rungs.Record(rung, run.Try(point, rungs.Resource(rung)));
            else rungs.Record(0, run.Try(sampler.Suggest(space, run.Trials, random), rungs.Resource(0)));
        }
        while (run.HasBudget);
        return run.Result();
    }
}
