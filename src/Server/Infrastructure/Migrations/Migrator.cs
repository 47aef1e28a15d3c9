using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Migrations;

/// <summary>One step of a schema: run once, in the order of its number.</summary>
/// <param name="Module">Whose schema it belongs to, such as <c>Before</c>.</param>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Name">What it does.</param>
/// <param name="Sql">The statements.</param>
public sealed record Migration(string Module, int Number, string Name, string Sql)
{
    /// <summary>Reads the embedded <c>NNN_name.sql</c> resources of an assembly, ordered by number.</summary>
    /// <param name="assembly">Where they are embedded.</param>
    /// <param name="module">The folder that they lie in, which names the module.</param>
    public static IReadOnlyList<Migration> Embedded(Assembly assembly, string module) =>
        [.. assembly.GetManifestResourceNames()
            .Where(resource => resource.EndsWith(".sql", StringComparison.Ordinal)
                && resource.Contains($".Migrations.{module}.", StringComparison.Ordinal))
            .Select(resource => Read(assembly, module, resource))
            .OrderBy(migration => migration.Number)];

    private static Migration Read(Assembly assembly, string module, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var file = resource[(resource[..^4].LastIndexOf('.') + 1)..^4];
        return new Migration(module, int.Parse(file[..3]), file[4..], reader.ReadToEnd());
    }
}

/// <summary>Brings a database to the schema of this build.</summary>
public static class Migrator
{
    private const long Lock = 0x6573_6173_6368_656d;

    /// <summary>Runs what has not run yet, all of it in one transaction; silos that start together wait for one another.</summary>
    /// <param name="database">The database.</param>
    /// <param name="migrations">Every migration of this build, in order within each module.</param>
    /// <param name="ct">Stops the wait.</param>
    /// <exception cref="SchemaMismatchException">The database is newer than this build, or ran a different text.</exception>
    public static async Task Migrate(NpgsqlDataSource database, IEnumerable<Migration> migrations, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await Execute(connection, $"select pg_advisory_xact_lock({Lock})", ct);
        await Execute(connection, """
            create table if not exists esa_schema (
                module varchar not null, number int not null, name varchar not null, sha256 bytea not null,
                applied timestamptz not null default now(), primary key (module, number))
            """, ct);
        foreach (var module in migrations.GroupBy(migration => migration.Module))
        {
            await MigrateModule(connection, module.Key, [.. module], ct);
        }

        await transaction.CommitAsync(ct);
    }

    private static async Task MigrateModule(
        NpgsqlConnection connection, string module, IReadOnlyList<Migration> migrations, CancellationToken ct)
    {
        var applied = await Applied(connection, module, ct);
        if (applied.Count > 0 && applied.Keys.Max() > migrations.Max(migration => migration.Number))
        {
            throw new SchemaMismatchException(
                $"The database's schema '{module}' is newer than this build; use the build that made it, or a later one.");
        }

        foreach (var migration in migrations)
        {
            var sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(migration.Sql));
            if (!applied.TryGetValue(migration.Number, out var known))
            {
                await Execute(connection, migration.Sql, ct);
                await Record(connection, migration, sha256, ct);
            }
            else if (!known.AsSpan().SequenceEqual(sha256))
            {
                throw new SchemaMismatchException(
                    $"Migration {module}/{migration.Number} ({migration.Name}) differs from the one this database ran.");
            }
        }
    }

    private static async Task<Dictionary<int, byte[]>> Applied(NpgsqlConnection connection, string module, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select number, sha256 from esa_schema where module = $1", connection)
        {
            Parameters = { new() { Value = module } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var applied = new Dictionary<int, byte[]>();
        while (await reader.ReadAsync(ct))
        {
            applied.Add(reader.GetInt32(0), reader.GetFieldValue<byte[]>(1));
        }

        return applied;
    }

    private static async Task Record(NpgsqlConnection connection, Migration migration, byte[] sha256, CancellationToken ct)
    {
        await using var command =
            new NpgsqlCommand("insert into esa_schema (module, number, name, sha256) values ($1, $2, $3, $4)", connection)
            {
                Parameters =
            {
                new() { Value = migration.Module }, new() { Value = migration.Number }, new() { Value = migration.Name },
                    new() { Value = sha256 },
            },
            };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>The database and this build do not fit together.</summary>
public sealed class SchemaMismatchException(string message) : Exception(message);
