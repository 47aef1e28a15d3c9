using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventSourcedAnomaly.EventLog.Tests;

/// <summary>A small domain for the tests of the log: an account that money goes into.</summary>
public sealed record Opened(string Owner) : IEvent;

[EventType(Version = 2, FormerNames = ["money_put_in"])]
public sealed record Deposited(decimal Amount, string Currency) : IEvent;

public sealed record Account(string? Owner, decimal Balance) : IAggregate<Account>
{
    public static string StreamType => "account";

    public static Account Initial { get; } = new(null, 0);

    public Account Apply(Opened e) => this with { Owner = e.Owner };

    public Account Apply(Deposited e) => this with { Balance = Balance + e.Amount };
}

internal static class Samples
{
    public static EventTypes Types { get; } = EventTypes.From(
        [typeof(Samples).Assembly],
        [("deposited", 1, data => { data["currency"] = "EUR"; return data; })]);

    public static EventMetadata Metadata { get; } = new("user:test", "request-1");

    public static Task<EventStore> Open(string database, EventStoreOptions? options = null) =>
        EventStore.Open(database, Types, [], options ?? new EventStoreOptions(), NullLoggerFactory.Instance, TestContext.Current.CancellationToken);

    public static StreamAppend To(string stream, long expected, params IEvent[] events) =>
        new(new StreamKey("acme", stream), "account", expected, [.. events.Select(e => Types.Serialize(e))]);

    public static Task<AppendResult> Append(this EventStore store, string stream, long expected, params IEvent[] events) =>
        store.Append(new AppendRequest([To(stream, expected, events)], Metadata), TestContext.Current.CancellationToken);

    public static Deposited Euro(decimal amount) => new(amount, "EUR");
}
