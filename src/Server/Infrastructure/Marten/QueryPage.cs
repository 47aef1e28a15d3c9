using EventSourcedAnomaly.Server.Domain;
using global::Marten;
using global::Marten.Linq;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>Reads pages of documents with their total.</summary>
internal static class QueryPage
{
    /// <summary>One page, newest first by the time in the documents' ids, and how many there are in all.</summary>
    /// <param name="query">Which documents.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="ct">Stops the query.</param>
    public static Task<(IReadOnlyList<TState> States, long Total)> NewestFirst<TState>(this IQueryable<TState> query, int limit,
        int offset, CancellationToken ct)
        where TState : Aggregate => query.OrderByDescending(state => state.StreamId).Page(limit, offset, ct);

    /// <summary>One page in the order of the query, and how many there are in all.</summary>
    public static async Task<(IReadOnlyList<TState> States, long Total)> Page<TState>(this IQueryable<TState> query, int limit,
        int offset, CancellationToken ct)
        where TState : Aggregate
    {
        var page = await ((IMartenQueryable<TState>)query).Stats(out var statistics).Skip(offset).Take(limit).ToListAsync(ct);
        return (page, statistics.TotalResults);
    }
}
