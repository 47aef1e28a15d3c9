using global::Marten;
using global::Marten.Events.Projections;
using JasperFx.Events;
using JasperFx.Events.Projections;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// An asynchronous projection into plain tables. Marten commits what it writes together with its progression, and
/// each event leaves its position, so it counts exactly once, also where two silos own the projection for a moment; a rebuild runs the same
/// code against tables beside the live ones.
/// </summary>
internal abstract class TableProjection : EventProjection
{
    /// <summary>Names it, and says what it wants and what it writes.</summary>
    /// <param name="name">The name under which its progression is kept.</param>
    /// <param name="tables">The tables that it writes and nobody else does.</param>
    /// <param name="events">The event types that it wants.</param>
    protected TableProjection(string name, IReadOnlyList<string> tables, IEnumerable<Type> events)
    {
        Name = name;
        Tables = tables;
        foreach (var type in events)
        {
            IncludeType(type);
        }
    }

    /// <summary>The tables that it writes and nobody else does.</summary>
    public IReadOnlyList<string> Tables { get; }

    /// <summary>The schema of the tables: the live ones, or those of a rebuild.</summary>
    public string Schema { get; set; } = "public";

    /// <inheritdoc/>
    public sealed override ValueTask ApplyAsync(IDocumentOperations operations, IEvent e, CancellationToken cancellation) =>
        Write(operations, e, cancellation);

    /// <summary>
    /// Queues the one statement of an event, which is executed once however many owners the projection has for a moment: it inserts
    /// <c>select … from once</c>, and there is no such row when the event was written before.
    /// </summary>
    /// <param name="operations">Where it is queued.</param>
    /// <param name="event">The event.</param>
    /// <param name="insert">The statement, with a question mark for each parameter.</param>
    /// <param name="parameters">Its parameters.</param>
    protected void QueueOnce(IDocumentOperations operations, IEvent @event, string insert, params object[] parameters)
    {
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentNullException.ThrowIfNull(@event);
        operations.QueueSqlCommand(
            $"""
            with once as (
                insert into public.projection_positions as p (name, seq) values (?, ?)
                on conflict (name) do update set seq = excluded.seq where p.seq < excluded.seq returning 1)
            {insert}
            """,
            [PositionOf(Schema, Name), @event.Sequence, .. parameters]);
    }

    /// <summary>Under which name a projection's position is kept.</summary>
    internal static string PositionOf(string schema, string name) => $"{schema}.{name}";

    /// <summary>Has the rows of one event written.</summary>
    /// <param name="operations">Where statements are queued; its session reads any tenant by <c>ForTenant</c>.</param>
    /// <param name="event">The event.</param>
    /// <param name="ct">Stops it.</param>
    protected abstract ValueTask Write(IDocumentOperations operations, IEvent @event, CancellationToken ct);
}

/// <summary>A projection of the product that can be rebuilt.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tables">Its tables.</param>
/// <param name="Create">Makes one that writes into a schema.</param>
internal sealed record TableProjectionType(string Name, IReadOnlyList<string> Tables, Func<string, TableProjection> Create);

/// <summary>Registers table projections.</summary>
internal static class TableProjectionRegistration
{
    /// <summary>Has a projection run by the daemon and known for rebuilds.</summary>
    public static IServiceCollection AddTableProjection<TProjection>(this IServiceCollection services)
        where TProjection : TableProjection
    {
        services.AddProjectionWithServices<TProjection>(ProjectionLifecycle.Async, ServiceLifetime.Singleton);
        return services.AddSingleton(provider =>
        {
            var live = ActivatorUtilities.CreateInstance<TProjection>(provider);
            return new TableProjectionType(live.Name, live.Tables, schema =>
            {
                var projection = ActivatorUtilities.CreateInstance<TProjection>(provider);
                projection.Schema = schema;
                return projection;
            });
        });
    }
}
