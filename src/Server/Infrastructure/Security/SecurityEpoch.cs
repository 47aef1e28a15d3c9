using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>
/// How often keys, users, sessions or tenants have changed, on all silos. The count rises in the transaction of the change, so
/// whatever was found out about a credential holds as long as it stands.
/// </summary>
internal sealed class SecurityEpoch(NpgsqlDataSource database)
{
    private readonly SharedReading<long> _changes = new(() => Read(database));

    /// <summary>The count at some moment after the call.</summary>
    public Task<long> Current(CancellationToken ct) => _changes.Next(ct);

    private static async Task<long> Read(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select changes from security_epoch");
        return (long)(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }
}
