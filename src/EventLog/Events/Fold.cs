using System.Collections.Frozen;
using System.Linq.Expressions;
using System.Reflection;

namespace EventSourcedAnomaly.EventLog.Events;

/// <summary>The state of a stream: an immutable record with one <c>Apply</c> for each event type of the stream.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IAggregate<TSelf>
    where TSelf : class, IAggregate<TSelf>
{
    /// <summary>What kind of stream this is, <c>snake_case</c>; stored as the stream's type.</summary>
    static abstract string StreamType { get; }

    /// <summary>The version of the state's own shape: a stored snapshot of another version is folded anew.</summary>
    static virtual int SnapshotVersion => 1;

    /// <summary>The state before the first event.</summary>
    static abstract TSelf Initial { get; }
}

/// <summary>
/// Folds events into state by calling the overload of <c>TState Apply(TEvent)</c> that takes the event's type.
/// </summary>
/// <typeparam name="TState">The state.</typeparam>
public static class Fold<TState>
    where TState : class, IAggregate<TState>
{
    private static readonly FrozenDictionary<Type, Func<TState, IEvent, TState>> Applies = typeof(TState)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance)
        .Where(method => method.Name == "Apply" && method.ReturnType == typeof(TState) && method.GetParameters().Length == 1)
        .ToFrozenDictionary(method => method.GetParameters()[0].ParameterType, Compile);

    /// <summary>The event types that the state understands.</summary>
    public static IEnumerable<Type> EventTypes => Applies.Keys;

    /// <summary>The state after one more event.</summary>
    /// <exception cref="UnknownEventTypeException">The state has no <c>Apply</c> for the event.</exception>
    public static TState Apply(TState state, IEvent @event) =>
        Applies.TryGetValue(@event.GetType(), out var apply)
            ? apply(state, @event)
            : throw new UnknownEventTypeException($"{@event.GetType().Name} in {typeof(TState).Name}");

    /// <summary>The state after some more events.</summary>
    public static TState Apply(TState state, IReadOnlyList<IEvent> events)
    {
        foreach (var @event in events)
        {
            state = Apply(state, @event);
        }

        return state;
    }

    private static Func<TState, IEvent, TState> Compile(MethodInfo method)
    {
        var state = Expression.Parameter(typeof(TState));
        var @event = Expression.Parameter(typeof(IEvent));
        var call = Expression.Call(state, method, Expression.Convert(@event, method.GetParameters()[0].ParameterType));
        return Expression.Lambda<Func<TState, IEvent, TState>>(call, state, @event).Compile();
    }
}
