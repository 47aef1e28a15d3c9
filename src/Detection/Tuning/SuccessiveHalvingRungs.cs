namespace EventSourcedAnomaly.Detection;

/// <summary>Who stands on which rung of successive halving, and who may climb.</summary>
internal sealed class SuccessiveHalvingRungs(double leastResource, int reduction)
{
    private readonly List<List<Trial>> _rungs = [[]];
    private readonly HashSet<(int Rung, double[] Point)> _promoted = [];

    public double Resource(int rung) => Math.Min(1, leastResource * Math.Pow(reduction, rung));

    public void Record(int rung, Trial trial)
    {
        while (_rungs.Count <= rung) _rungs.Add([]);
        _rungs[rung].Add(trial);
    }

    /// <summary>The best point, on the highest rung that has one, that is in its rung's upper part and has not climbed yet.</summary>
    public bool TryPromote(out double[] point, out int toRung)
    {
        for (var rung = _rungs.Count - 1; rung >= 0; rung--)
        {
            if (Resource(rung) >= 1) continue;
            var upper = _rungs[rung].OrderByDescending(t => t.Value).Take(_rungs[rung].Count / reduction);
            var next = upper.FirstOrDefault(t => !_promoted.Contains((rung, t.Point)));
            if (next is null) continue;
            _promoted.Add((rung, next.Point));
            (point, toRung) = (next.Point, rung + 1);
            return true;
        }
        (point, toRung) = ([], 0);
        return false;
    }
}
