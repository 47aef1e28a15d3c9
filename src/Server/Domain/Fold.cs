using System.Collections.Frozen;
using System.Linq.Expressions;
using System.Reflection;

namespace EventSourcedAnomaly.Server.Domain;

/// <summary>
/// Folds events into state by calling the overload of <c>TState Apply(TEvent)</c> that takes the event's type.
/// </summary>
/// <typeparam name="TState">The state.</typeparam>
public static class Fold<TState>
    where TState : Aggregate, IAggregate<TState>
{
    private static readonly FrozenDictionary<Type, Func<TState, object, TState>> Applies = typeof(TState)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance)
        .Where(method => method.Name == "Apply" && method.ReturnType == typeof(TState) && method.GetParameters().Length == 1)
        .ToFrozenDictionary(method => method.GetParameters()[0].ParameterType, Compile);

    /// <summary>The event types that the state understands.</summary>
    public static IEnumerable<Type> EventTypes => Applies.Keys;

    /// <summary>The state after one more event.</summary>
    /// <exception cref="InvalidOperationException">The state has no <c>Apply</c> for the event.</exception>
    public static TState Apply(TState state, object @event) =>
        Applies.TryGetValue(@event.GetType(), out var apply)
            ? apply(state, @event)
            : throw new InvalidOperationException($"{typeof(TState).Name} has no Apply for {@event.GetType().Name}.");

    /// <summary>The state after some more events.</summary>
    public static TState Apply(TState state, IReadOnlyList<IDomainEvent> events)
    {
        foreach (var @event in events)
        {
            state = Apply(state, @event);
        }

        return state;
    }

    /// <summary>The state after some more events, at the stream and version that they lead to.</summary>
    /// <param name="state">The state before them.</param>
    /// <param name="tenant">The tenant of the stream.</param>
    /// <param name="streamId">The stream.</param>
    /// <param name="events">The events.</param>
    public static TState Apply(TState state, string tenant, string streamId, IReadOnlyList<IDomainEvent> events)
    {
        var next = Apply(state, events);
        (next.TenantId, next.StreamId, next.Version) = (tenant, streamId, state.Version + events.Count);
        return next;
    }

    private static Func<TState, object, TState> Compile(MethodInfo method)
    {
        var state = Expression.Parameter(typeof(TState));
        var @event = Expression.Parameter(typeof(object));
        var call = Expression.Call(state, method, Expression.Convert(@event, method.GetParameters()[0].ParameterType));
        return Expression.Lambda<Func<TState, object, TState>>(call, state, @event).Compile();
    }
}
