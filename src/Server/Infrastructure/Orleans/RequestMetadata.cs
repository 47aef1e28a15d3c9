using EventSourcedAnomaly.Ledger;

namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>
/// Who asked, and in which request: travels with every grain call in Orleans' request context and ends in the metadata of the events. It
/// tells where a change came from and proves nothing; permissions are checked before.
/// </summary>
internal static class RequestMetadata
{
    private const string Actor = "esa.actor", Correlation = "esa.correlation", Causation = "esa.causation";

    /// <summary>The metadata of the present request.</summary>
    /// <exception cref="InvalidOperationException">Nobody said who asks.</exception>
    public static EventMetadata Current => RequestContext.Get(Actor) is string actor
        ? new EventMetadata(actor, RequestContext.Get(Correlation) as string, RequestContext.Get(Causation) as string)
        : throw new InvalidOperationException("A change needs to say who asks for it.");

    /// <summary>Sets it for what the caller does from now on.</summary>
    public static void Set(EventMetadata metadata)
    {
        RequestContext.Set(Actor, metadata.Actor);
        RequestContext.Set(Correlation, metadata.CorrelationId!);
        RequestContext.Set(Causation, metadata.CausationId!);
    }
}
