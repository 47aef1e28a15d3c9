using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;
using Marten;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>What went into each account, as a plain table.</summary>
internal sealed class Totals() : TableProjection("totals", ["totals"], [typeof(Deposited)])
{
    /// <summary>An amount that cannot be projected.</summary>
    public const decimal Poison = 666;

    /// <summary>Makes the table.</summary>
    public const string Table = "create table totals (tenant_id varchar not null, stream varchar not null, total numeric not null, "
        + "primary key (tenant_id, stream))";

    protected override ValueTask Write(IDocumentOperations operations, IEvent @event, CancellationToken ct)
    {
        var amount = ((Deposited)@event.Data).Amount;
        if (amount == Poison)
        {
            throw new InvalidOperationException("It is poison.");
        }

        QueueOnce(
            operations, @event,
            $"insert into {Schema}.totals as t select ?, ?, ? from once on conflict (tenant_id, stream) do update set total = t.total + "
                + "excluded.total",
            @event.TenantId, @event.StreamKey!, amount);
        return ValueTask.CompletedTask;
    }
}
