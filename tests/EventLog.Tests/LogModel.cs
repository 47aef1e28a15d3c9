using EventSourcedAnomaly.EventLog.Append;

namespace EventSourcedAnomaly.EventLog.Tests;

/// <summary>Something that happens to a log.</summary>
public abstract record Step
{
    /// <summary>Events for one stream or more, each with a version that it expects: exact, any, or off by something.</summary>
    public sealed record Append(IReadOnlyList<(int Stream, Expectation Expects, int Count)> Streams) : Step
    {
        /// <inheritdoc/>
        public override string ToString() => $"append {string.Join(", ", Streams.Select(each => $"{each.Count} to s{each.Stream} ({each.Expects})"))}";
    }

    /// <summary>An earlier append, sent again with the same event ids.</summary>
    public sealed record Again(int Which) : Step;

    /// <summary>The silo stops and another opens the database.</summary>
    public sealed record Reopen : Step;
}

/// <summary>What an append expects of a stream, relative to what is there.</summary>
public enum Expectation
{
    /// <summary>Nothing.</summary>
    Any,

    /// <summary>The version it has.</summary>
    Exact,

    /// <summary>One more than it has.</summary>
    Ahead,

    /// <summary>That it does not exist.</summary>
    New,
}

/// <summary>The log as it should be: a list.</summary>
public sealed class LogModel
{
    private readonly List<(string Stream, long Version, Guid Id)> _events = [];
    private readonly List<(AppendRequest Request, long First)> _accepted = [];

    /// <summary>The events in order.</summary>
    public IReadOnlyList<(string Stream, long Version, Guid Id)> Events => _events;

    /// <summary>How many appends were accepted.</summary>
    public int Accepted => _accepted.Count;

    /// <summary>The version of a stream.</summary>
    public long VersionOf(string stream) => _events.Count(recorded => recorded.Stream == stream);

    /// <summary>An earlier append with the sequence number that its first event has.</summary>
    public (AppendRequest Request, long First) Earlier(int which) => _accepted[which % _accepted.Count];

    /// <summary>The sequence number that the append's first event should get; null when it should be refused.</summary>
    public long? Append(AppendRequest request)
    {
        if (request.Streams.Any(stream => stream.ExpectedVersion >= 0 && stream.ExpectedVersion != VersionOf(stream.Stream.Id)))
        {
            return null;
        }

        var first = _events.Count + 1;
        foreach (var stream in request.Streams)
        {
            _events.AddRange(stream.Events.Select((data, i) => (stream.Stream.Id, VersionOf(stream.Stream.Id) + i + 1, data.Id)).ToArray());
        }

        _accepted.Add((request, first));
        return first;
    }
}
