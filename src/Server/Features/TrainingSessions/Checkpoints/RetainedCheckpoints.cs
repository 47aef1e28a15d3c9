using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>One checkpoint of a session.</summary>
public sealed record RetainedCheckpoint(
    string Id, int Epoch, string FileName, long Size, string Sha256, string PartsSha256,
    IReadOnlyDictionary<string, double> Metrics, double? MetricValue,
    DateTimeOffset SavedAt);

/// <summary>The checkpoints that a session keeps, in the order in which they were saved, and which of them is the best.</summary>
/// <param name="All">The checkpoints.</param>
/// <param name="Best">The id of the best one; null where none was measured.</param>
/// <param name="Metric">The metric that decides; fixed by the first checkpoint that has one.</param>
/// <param name="Mode"><c>min</c> or <c>max</c>.</param>
public sealed record RetainedCheckpoints(IReadOnlyList<RetainedCheckpoint> All, string? Best, string? Metric, string? Mode)
{
    /// <summary>More are not kept of one session: they are part of its state.</summary>
    public const int Most = 500;

    private const string Least = "min", Greatest = "max";

    /// <summary>None.</summary>
    public static readonly RetainedCheckpoints None = new([], null, null, null);

    /// <summary>With one that was saved.</summary>
    public RetainedCheckpoints With(CheckpointSaved e) => (this with
    {
        All = [.. All,
            new RetainedCheckpoint(e.Id, e.Epoch, e.FileName, e.Size, e.Sha256, e.PartsSha256, e.Metrics, e.MetricValue, e.SavedAt)],
        Metric = Metric ?? e.MetricName,
        Mode = Mode ?? e.Mode,
    }).Judged();

    /// <summary>Without one that was removed.</summary>
    public RetainedCheckpoints Without(CheckpointRemoved e) => (this with { All = [.. All.Where(kept => kept.Id != e.Id)] }).Judged();

    /// <summary>Saves one; those go that the session's rule no longer keeps.</summary>
    public IReadOnlyList<IDomainEvent> Save(CheckpointSaved wanted, SessionConfiguration configuration)
    {
        if (All.Any(kept => kept.Id == wanted.Id))
        {
            return [];
        }

        var (metric, mode) = Deciding(wanted.Metrics, configuration);
        var value = metric is not null && wanted.Metrics.TryGetValue(metric, out var measured) ? measured : (double?)null;
        var saved = wanted with { MetricName = metric, Mode = mode, MetricValue = value };
        var after = With(saved);
        var keep = configuration.Keeps.KeepLast ?? int.MaxValue;
        if (keep == int.MaxValue && after.All.Count > Most)
        {
            throw Problem.Conflict($"The session has {Most} checkpoints already; delete some, or let it keep the last ones only.");
        }

        return
        [
            saved with { IsBest = after.Best == saved.Id },
            .. after.All.SkipLast(keep).Where(kept => kept.Id != after.Best)
                .Select(kept => new CheckpointRemoved(kept.Id, CheckpointRemoved.Superseded, wanted.SavedAt)),
        ];
    }

    /// <summary>Removes one.</summary>
    public IReadOnlyList<IDomainEvent> Remove(string id, DateTimeOffset now) => All.Any(kept => kept.Id == id)
        ? [new CheckpointRemoved(id, CheckpointRemoved.Deleted, now)]
        : throw Problem.NotFound("checkpoint", id);

    // Where the configuration is silent and its usual metric is missing, what the first checkpoint was measured by decides.
    private (string? Metric, string? Mode) Deciding(IReadOnlyDictionary<string, double> metrics, SessionConfiguration configuration)
    {
        if (Metric is not null)
        {
            return (Metric, Mode);
        }

        if (configuration.Plan is not null || configuration.Keeps.IsMetricGiven || metrics.ContainsKey(configuration.BestBy))
        {
            return (configuration.BestBy, configuration.Mode);
        }

        var name = metrics.Keys.FirstOrDefault(name => name.StartsWith("val_", StringComparison.Ordinal)) ?? metrics.Keys.FirstOrDefault();
        var isLess = name is not null
            && (name.Contains("loss", StringComparison.OrdinalIgnoreCase) || name.Contains("error", StringComparison.OrdinalIgnoreCase));
        return name is null ? (null, null) : (name, isLess ? Least : Greatest);
    }

    private RetainedCheckpoints Judged()
    {
        var measured = All.Where(kept => kept.MetricValue is not null);
        return this with
        {
            Best = (Mode == Greatest
            ? measured.MaxBy(kept => kept.MetricValue) : measured.MinBy(kept => kept.MetricValue))?.Id
        };
    }
}
