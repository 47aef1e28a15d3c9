using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>The pools of connections of one silo; together they stay within the hundred connections of a PostgreSQL as it comes.</summary>
internal sealed class DatabaseConnections : IAsyncDisposable
{
    private const int MaxReaders = 40, MaxWriters = 2;

    /// <summary>Opens the pools of a database.</summary>
    /// <param name="connectionString">An Npgsql connection string.</param>
    /// <param name="loggers">Where Npgsql logs.</param>
    public DatabaseConnections(string connectionString, ILoggerFactory loggers)
    {
        ConnectionString = connectionString;

        // A pooled connection carries no state from one use to the next, so it needs no reset, which would cost more than most queries.
        Database = Pool("reading", loggers, settings =>
        {
            settings.MaxAutoPrepare = 100;
            settings.NoResetOnClose = true;
            settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, MaxReaders);
        });
        Sessions = Pool("sessions", loggers, settings =>
        {
            settings.Pooling = false;
            settings.KeepAlive = 5;
        });
        Writing = Pool("writing", loggers, settings =>
        {
            // Nothing is prepared here: a statement that fails while Npgsql prepares it leaves the connection out of step with the server.
            settings.MaxAutoPrepare = 0;
            settings.NoResetOnClose = true;
            settings.KeepAlive = 5;
            settings.CommandTimeout = 60;
            settings.MaxPoolSize = MaxWriters;
            // The order lock of a silo that stands still is free for the others after this.
            settings.Options = $"{settings.Options} -c idle_in_transaction_session_timeout=2s -c client_min_messages=warning".Trim();
        });
    }

    /// <summary>As it was given.</summary>
    public string ConnectionString { get; }

    /// <summary>For reading, and for tables of projections.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>Connections that end when they are closed, for what lives as long as a session: locks and listening.</summary>
    public NpgsqlDataSource Sessions { get; }

    /// <summary>The committer's own.</summary>
    public NpgsqlDataSource Writing { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Writing.DisposeAsync();
        await Sessions.DisposeAsync();
        await Database.DisposeAsync();
    }

    private NpgsqlDataSource Pool(string name, ILoggerFactory loggers, Action<NpgsqlConnectionStringBuilder> configure)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Timezone = "UTC" };
        configure(settings);
        // Named, or its metrics would be labelled with the connection string.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.UseLoggerFactory(loggers).Build();
    }
}
