using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events.Projections;
using Marten;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>Marten as its documentation begins: a session an append, with or without an inline snapshot.</summary>
internal sealed class PlainMarten(NpgsqlDataSource database, DocumentStore store) : IAsyncDisposable
{
    /// <summary>Opens one with the product's settings on a fresh database.</summary>
    public static async Task<PlainMarten> Open(string server, bool snapshot, CancellationToken ct)
    {
        var database = new NpgsqlDataSourceBuilder(await BenchmarkStore.NewDatabase(server, ct)).Build();
        var store = DocumentStore.For(options =>
        {
            MartenEngine.Configure(options, database);
            options.Events.MapEventType<Sampled>("sampled");
            if (snapshot)
            {
                options.Projections.Snapshot<InlineSamples>(SnapshotLifecycle.Inline);
            }
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        return new PlainMarten(database, store);
    }

    /// <summary>One event in a stream of its own.</summary>
    public async Task Append(string stream, CancellationToken ct)
    {
        await using var session = store.LightweightSession("acme");
        session.Events.StartStream(stream, Sampled.Example);
        await session.SaveChangesAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        await database.DisposeAsync();
    }
}
