using EventSourcedAnomaly.Server.Infrastructure.Marten;
using global::Marten;
using global::Wolverine.Persistence.Durability;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Migrations;

/// <summary>
/// Brings a database to the schema of this build: what the engines need before they start, Marten's and Wolverine's own tables, and the
/// product's tables, which refer to them. Silos that start together wait for one another.
/// </summary>
internal static class DatabaseSchema
{
    private const long Lock = 0x6573_6100_0002;

    /// <summary>What has to be there before the host is built.</summary>
    public static Task Prepare(DatabaseConnections connections, CancellationToken ct) =>
        Migrator.Migrate(connections.Database, Migration.Embedded(typeof(DatabaseSchema).Assembly, "Before"), ct);

    /// <summary>Everything else.</summary>
    public static async Task Migrate(IServiceProvider services, CancellationToken ct)
    {
        var connections = services.GetRequiredService<DatabaseConnections>();
        await using var connection = await connections.Sessions.OpenConnectionAsync(ct);
        await using (var command = new NpgsqlCommand("select pg_advisory_lock($1)", connection) { Parameters = { new() { Value = Lock } } })
        {
            await command.ExecuteNonQueryAsync(ct);
        }

        await services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await services.GetRequiredService<IMessageStore>().Admin.MigrateAsync();
        await Migrator.Migrate(connections.Database, Migration.Embedded(typeof(DatabaseSchema).Assembly, "After"), ct);
        await using var guard = new NpgsqlCommand("select guard_tenant_rows()", connection);
        await guard.ExecuteNonQueryAsync(ct);
    }
}
