using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>Something that happens to a log.</summary>
public abstract record Step
{
    /// <summary>Events for one stream or more, each with a version that it expects: exact, or off by something.</summary>
    /// <param name="Writer">Which silo appends.</param>
    /// <param name="Streams">The streams, each once.</param>
    public sealed record Append(int Writer, IReadOnlyList<Part> Streams) : Step
    {
        /// <inheritdoc/>
        public override string ToString() => $"silo {Writer} appends {string.Join(", ", Streams)}";
    }

    /// <summary>Appends of several silos at the same time, to streams that no two of them share.</summary>
    public sealed record Together(IReadOnlyList<Append> Appends) : Step
    {
        /// <inheritdoc/>
        public override string ToString() => $"together: {string.Join("; ", Appends)}";
    }

    /// <summary>An earlier append, sent again with the same event ids.</summary>
    public sealed record Again(int Writer, int Which) : Step;

    /// <summary>A silo stops and another opens the database.</summary>
    public sealed record Reopen(int Writer) : Step;
}

/// <summary>What an append brings to one stream.</summary>
/// <param name="Tenant">Of two.</param>
/// <param name="Stream">Of a few.</param>
/// <param name="Expects">What it expects.</param>
/// <param name="Count">How many events.</param>
public sealed record Part(int Tenant, int Stream, Expectation Expects, int Count)
{
    /// <summary>The stream.</summary>
    public StreamKey Key => new($"t{Tenant}", $"s{Stream}");

    /// <inheritdoc/>
    public override string ToString() => $"{Count} to {Key} ({Expects})";
}

/// <summary>What an append expects of a stream, relative to what is there.</summary>
public enum Expectation
{
    /// <summary>The version it has.</summary>
    Exact,

    /// <summary>One more than it has.</summary>
    Ahead,

    /// <summary>That it does not exist.</summary>
    New,

    /// <summary>The version it has; but the events can never be stored.</summary>
    Unstorable,
}

/// <summary>The log as it should be: a list for each stream, and the order of the appends.</summary>
public sealed class LogModel
{
    private readonly Dictionary<StreamKey, List<Guid>> _streams = [];
    private readonly List<AppendRequest> _accepted = [];

    /// <summary>The events of each stream, oldest first.</summary>
    public IReadOnlyDictionary<StreamKey, List<Guid>> Streams => _streams;

    /// <summary>The events of the appends in the order in which they were made; those made together are one group.</summary>
    public List<HashSet<Guid>> Order { get; } = [];

    /// <summary>How many appends were accepted.</summary>
    public int Accepted => _accepted.Count;

    /// <summary>The version of a stream.</summary>
    public long VersionOf(StreamKey stream) => _streams.TryGetValue(stream, out var events) ? events.Count : 0;

    /// <summary>An earlier append.</summary>
    public AppendRequest Earlier(int which) => _accepted[which % _accepted.Count];

    /// <summary>Takes an append, or says that it should be refused.</summary>
    public bool Append(AppendRequest request, bool storable)
    {
        if (!storable || request.Streams.Any(stream => stream.ExpectedVersion != VersionOf(stream.Stream)))
        {
            return false;
        }

        foreach (var stream in request.Streams)
        {
            if (!_streams.TryGetValue(stream.Stream, out var events))
            {
                _streams[stream.Stream] = events = [];
            }

            events.AddRange(stream.EventIds);
        }

        _accepted.Add(request);
        return true;
    }
}
