using System.Data;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// Queries that see one tenant's rows whatever they ask for: they run as a role that PostgreSQL's row-level security holds to
/// the tenant. The tenant is set in the query's own round trip and transaction, so nothing of it stays on the connection.
/// </summary>
internal sealed partial class TenantReads : IAsyncDisposable
{
    /// <summary>The role that policies hold for.</summary>
    public const string Role = "esa_tenant";

    private const int MaxConcurrency = 30;
    private readonly NpgsqlDataSource _database;

    /// <summary>Opens them; where the role could not be made, without the second line.</summary>
    public TenantReads(DatabaseConnections connections, ILogger<TenantReads> logger)
    {
        var settings = new NpgsqlConnectionStringBuilder(connections.ConnectionString)
        { Timezone = "UTC", MaxAutoPrepare = 50, NoResetOnClose = true };
        settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, MaxConcurrency);
        if (MayBecomeTenant(connections.Database))
        {
            settings.Options = $"{settings.Options} -c role={Role}".Trim();
        }
        else
        {
            LogUnguarded(logger);
        }

        _database = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "tenants" }.Build();
    }

    /// <summary>A query that sees a tenant's rows only.</summary>
    public TenantCommand CreateCommand(string tenant, string sql)
    {
        var batch = _database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('esa.tenant', $1, true)")
        { Parameters = { new() { Value = tenant } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        return new TenantCommand(batch);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static bool MayBecomeTenant(NpgsqlDataSource database)
    {
        using var command =
            database.CreateCommand(
                "select exists (select 1 from pg_roles where rolname = $1 and pg_has_role(current_user, oid, 'member'))");
        command.Parameters.Add(new() { Value = Role });
        return (bool)command.ExecuteScalar()!;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Row-level security is not in force: the database's user may not create or become the role esa_tenant")]
    private static partial void LogUnguarded(ILogger logger);
}

/// <summary>One query of <see cref="TenantReads"/>.</summary>
internal sealed class TenantCommand(NpgsqlBatch batch) : IAsyncDisposable
{
    /// <summary>The query's parameters.</summary>
    public NpgsqlParameterCollection Parameters => batch.BatchCommands[1].Parameters;

    /// <summary>The query's rows.</summary>
    /// <param name="ct">Stops the query.</param>
    /// <param name="behavior">How they are read; <see cref="CommandBehavior.SequentialAccess"/> keeps large values out of memory.</param>
    public async Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken ct, CommandBehavior behavior = CommandBehavior.Default)
    {
        var reader = await batch.ExecuteReaderAsync(behavior, ct);
        await reader.NextResultAsync(ct);
        return reader;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => batch.DisposeAsync();
}
