using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>The product's event store on a fresh database, without the rest of the product.</summary>
internal sealed class BenchmarkStore(ServiceProvider services, DatabaseConnections connections) : IAsyncDisposable
{
    /// <summary>Appends and loads as the grains do.</summary>
    public AggregateStore Aggregates { get; } = services.GetRequiredService<AggregateStore>();

    /// <summary>The pool for reading.</summary>
    public NpgsqlDataSource Database => connections.Database;

    /// <summary>Opens one.</summary>
    public static async Task<BenchmarkStore> Open(string server, CancellationToken ct)
    {
        var connections = new DatabaseConnections(await NewDatabase(server, ct), NullLoggerFactory.Instance);
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(TimeProvider.System).AddEventStore(connections);
        services.AddAggregate<Samples>();
        var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        return new BenchmarkStore(provider, connections);
    }

    /// <summary>The connection string of a fresh database.</summary>
    public static async Task<string> NewDatabase(string server, CancellationToken ct)
    {
        var name = $"bench_{Guid.CreateVersion7():N}";
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(ct);
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync(ct);
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 60 }.ConnectionString;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await connections.DisposeAsync();
    }
}
