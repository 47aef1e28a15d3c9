using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>Holds the lock that orders commits, as a silo does that is in the middle of one.</summary>
internal sealed class OrderLockHolder : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private OrderLockHolder(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_connection, _transaction) = (connection, transaction);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<OrderLockHolder> Take(NpgsqlDataSource database)
    {
        var connection = await database.OpenConnectionAsync(Ct);
        var transaction = await connection.BeginTransactionAsync(Ct);
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection)
        { Parameters = { new() { Value = CommitBatch.OrderLock } } };
        await command.ExecuteNonQueryAsync(Ct);
        return new OrderLockHolder(connection, transaction);
    }

    /// <summary>Whether some commit waits for the lock.</summary>
    public static Task<bool> IsAwaited(NpgsqlDataSource database) => database.Scalar<bool>("""
        select exists (select 1 from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory')
        """);

    public async Task Release() => await _transaction.RollbackAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
