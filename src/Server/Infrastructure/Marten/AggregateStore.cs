using EventSourcedAnomaly.Server.Domain;
using global::Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>Loads the state of a stream, which is one document, and appends events with the state that they lead to.</summary>
public sealed class AggregateStore(IDocumentStore store, EventCommitter committer)
{
    /// <summary>The state of a stream; the initial one where there is no such stream.</summary>
    public async Task<TState> Load<TState>(string tenant, string streamId, CancellationToken ct)
        where TState : Aggregate, IAggregate<TState>
    {
        await using var session = store.QuerySession(tenant);
        return await session.LoadAsync<TState>(streamId, ct) ?? TState.Initial;
    }

    /// <summary>Appends; see <see cref="EventCommitter.Append"/>.</summary>
    public Task Append(AppendRequest request, CancellationToken ct, bool idempotent = false) => committer.Append(request, ct, idempotent);

    /// <summary>A session that reads a tenant's documents and events.</summary>
    public IQuerySession Query(string tenant) => store.QuerySession(tenant);
}
