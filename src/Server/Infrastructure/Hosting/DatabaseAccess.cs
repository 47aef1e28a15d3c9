using EventSourcedAnomaly.EmbeddedPostgres;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>The PostgreSQL of this server: one that was named, or a private one in the data directory.</summary>
internal sealed class DatabaseAccess : IAsyncDisposable
{
    private readonly EmbeddedPostgresServer? _embedded;

    private DatabaseAccess(string connectionString, EmbeddedPostgresServer? embedded)
    {
        ConnectionString = connectionString;
        _embedded = embedded;
    }

    /// <summary>An Npgsql connection string.</summary>
    public string ConnectionString { get; }

    /// <summary>Where it is, for people.</summary>
    public string Description => _embedded is null ? "external" : $"embedded, port {_embedded.Port}";

    /// <summary>Finds or starts it.</summary>
    public static async Task<DatabaseAccess> Open(ServerSettings settings, ILoggerFactory loggers, CancellationToken ct)
    {
        Directory.CreateDirectory(settings.DataDirectory);
        if (settings.ConnectionString is { } external)
        {
            await RequireReachable(external, ct);
            await PostgresUri.Save(Path.Combine(settings.DataDirectory, "postgres.uri"), external, ct);
            return new DatabaseAccess(external, null);
        }

        var embedded = await EmbeddedPostgresServer.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = settings.DataDirectory }, loggers.CreateLogger<EmbeddedPostgresServer>(), ct);
        return new DatabaseAccess(embedded.ConnectionString, embedded);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    private static async Task RequireReachable(string connectionString, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(ct);
        }
        catch (NpgsqlException e)
        {
            throw new SettingException($"ConnectionStrings__Postgres: the database cannot be used: {e.Message}");
        }
    }
}
