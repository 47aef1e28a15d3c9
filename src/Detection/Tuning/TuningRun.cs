namespace EventSourcedAnomaly.Detection;

/// <summary>The trials of one search and what is left of its budget.</summary>
internal sealed class TuningRun(
    SearchSpace space, Tuning.Objective objective, TuningBudget budget, TimeProvider time, IProgress<Trial>? progress, CancellationToken ct)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<Trial> _trials = [];

    public IReadOnlyList<Trial> Trials => _trials;

    public bool HasBudget => _trials.Count < budget.MaxTrials && !(time.GetElapsedTime(_start) >= budget.MaxTime);

    public Trial Try(double[] point, double resource)
    {
        ct.ThrowIfCancellationRequested();
        var parameters = space.Parameters(point);
        var trial = new Trial(_trials.Count, point, parameters, resource, objective(parameters, resource, ct));
        _trials.Add(trial);
        progress?.Report(trial);
        return trial;
    }

    public TuningResult Result()
    {
        var greatest = _trials.Max(t => t.Resource);
        return new TuningResult(
            _trials, _trials.Where(t => t.Resource >= greatest).MaxBy(t => double.IsNaN(t.Value) ? double.NegativeInfinity : t.Value)!);
    }
}
