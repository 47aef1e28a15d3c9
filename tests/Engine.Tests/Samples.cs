using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Log.Writer;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>A small domain for the tests of the log: an account that money goes into.</summary>
public sealed record Opened(string Owner) : IDomainEvent;

[EventType(Version = 2, FormerNames = ["money_put_in"])]
public sealed record Deposited(decimal Amount, string Currency) : IDomainEvent;

public sealed record Account(string? Owner, decimal Balance) : Aggregate, IAggregate<Account>
{
    public static string StreamType => "account";

    public static Account Initial { get; } = new(null, 0);

    public Account Apply(Opened e) => this with { Owner = e.Owner };

    public Account Apply(Deposited e) => this with { Balance = Balance + e.Amount };
}

internal static class Samples
{
    /// <summary>PostgreSQL's jsonb cannot hold U+0000, so an event with this owner can never be stored.</summary>
    public const string Unstorable = "Mallory\0";

    public static EventMetadata Metadata { get; } = new("user:test", "request-1", "command-1");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Task<LogStore> Open(string database, Action<IServiceCollection>? configure = null) => LogStore.Open(
        database,
        services =>
        {
            services.AddAggregate<Account>();
            configure?.Invoke(services);
        },
        Ct);

    /// <summary>Events for a stream that is expected at a version; its state is only as good as they make it.</summary>
    public static StreamAppend To(string stream, long expected, params IDomainEvent[] events) => To("acme", stream, expected, events);

    public static StreamAppend To(string tenant, string stream, long expected, IReadOnlyList<IDomainEvent> events) =>
        StreamAppend.On(tenant, stream, Account.Initial with { Version = expected }, events);

    public static AppendRequest Request(params IReadOnlyList<StreamAppend> streams) => new(Metadata, streams);

    public static Task Append(this LogStore store, string stream, long expected, params IDomainEvent[] events) =>
        store.Committer.Append(Request(To(stream, expected, events)), Ct);

    /// <summary>Appends and says whether it was stored; anything but a conflict is thrown.</summary>
    public static async Task<bool> TryAppend(this LogStore store, AppendRequest request)
    {
        try
        {
            await store.Committer.Append(request, Ct);
            return true;
        }
        catch (VersionConflictException)
        {
            return false;
        }
    }

    /// <summary>Every stored event in the order of the log.</summary>
    public static Task<IReadOnlyList<RecordedEvent>> All(this LogStore store) => store.Events.Page(new(), int.MaxValue, Ct);

    public static async Task Execute(this NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    public static async Task<T> Scalar<T>(this NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    /// <summary>Waits until something holds; fails when it does not within half a minute.</summary>
    public static async Task Until(Func<Task<bool>> holds, string what)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(30);
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Waited in vain: {what}");
            await Task.Delay(20, Ct);
        }
    }

    public static Deposited Euro(decimal amount) => new(amount, "EUR");
}
