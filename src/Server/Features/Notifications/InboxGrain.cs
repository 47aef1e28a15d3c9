using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>One user's or key's inbox.</summary>
internal sealed class InboxGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<Inbox>(aggregates), IInboxGrain
{
    public Task<long> MarkRead(long sequence, CancellationToken ct) =>
        Raise(state => Inbox.MarkRead(state, sequence, time.GetUtcNow()), ct);

    public Task<long> Clear(long upTo, CancellationToken ct) => Raise(state => Inbox.Clear(state, upTo, time.GetUtcNow()), ct);
}
