using EventSourcedAnomaly.EmbeddedPostgres;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace EventSourcedAnomaly.Tests.Shared;

/// <summary>
/// One PostgreSQL for all tests of an assembly: a private one in a temporary folder, or the server that the environment variable
/// <c>ESA_TEST_POSTGRES</c> (a superuser's Npgsql connection string) names. Tests take it as a constructor parameter.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private static readonly Dictionary<string, string> FastAndForgetful = new(StringComparer.Ordinal)
    {
        ["fsync"] = "off",
        ["full_page_writes"] = "off",
        ["max_connections"] = "400",
    };

    private EmbeddedPostgresServer? _server;
    private DirectoryInfo? _folder;
    private string _superuser = "";

    public async ValueTask InitializeAsync()
    {
        _superuser = Environment.GetEnvironmentVariable("ESA_TEST_POSTGRES") ?? "";
        if (_superuser.Length > 0)
            return;
        _folder = Directory.CreateTempSubdirectory("esa-tests-");
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = _folder.FullName,
            Settings = FastAndForgetful,
        };
        _server = await EmbeddedPostgresServer.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        _superuser = _server.ConnectionString;
    }

    /// <summary>Ends every connection to a database, over one of its own: those of a pool may be among the ended ones.</summary>
    public static async Task EndConnectionsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var end = source.CreateCommand(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        await end.ExecuteNonQueryAsync();
    }

    /// <summary>The connection string of a fresh, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.CreateVersion7():N}";
        await using var connection = new NpgsqlConnection(_superuser);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE template0", connection);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_superuser) { Database = name, MaxPoolSize = 40 }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder?.Delete(recursive: true);
    }
}
