using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>
/// The key that signs the log's checkpoints. It is the log's and not a silo's: the first silo's lies encrypted in the database, and every
/// other takes it from there.
/// </summary>
internal static partial class LogKey
{
    private const string Name = "ledger_key";
    private static readonly byte[] Place = "ledger key"u8.ToArray();

    /// <summary>Loads it, making it at the log's first start.</summary>
    /// <exception cref="SettingException">It is encrypted with another secret than this silo's, and the data directory has
    /// none.</exception>
    public static async Task<LedgerKey> Load(NpgsqlDataSource database, ServerSecrets secrets, ServerSettings settings,
        ILoggerFactory loggers, CancellationToken ct)
    {
        if (await Stored(database, ct) is not { } stored)
        {
            var made = await LedgerKey.LoadOrCreate(settings.LedgerKeyFile, settings.LedgerOrigin, ct);
            stored = await Share(database, SecretBox.Seal(secrets.KeyEncryption, made.PrivateKey, Place), ct);
        }

        var shared = SecretBox.Open(secrets.KeyEncryption, stored, Place);
        if (shared is null && !File.Exists(settings.LedgerKeyFile))
        {
            throw new SettingException("ESA_SECRET_KEY: the log's signing key is encrypted with another secret; set the same on every "
                + "silo, or bring the file ledger.key along.");
        }

        var own = await LedgerKey.LoadOrCreate(settings.LedgerKeyFile, settings.LedgerOrigin, ct, shared);
        if (shared is null || own.PrivateKey.AsSpan().SequenceEqual(shared))
        {
            return own;
        }

        LogAnother(loggers.CreateLogger(typeof(LogKey)), settings.LedgerKeyFile);
        return LedgerKey.Of(shared, settings.LedgerOrigin);
    }

    private static async Task<byte[]?> Stored(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.Command("select value from server_secrets where name = $1", Name);
        return (byte[]?)await command.ExecuteScalarAsync(ct);
    }

    // Of two silos that start at once on a new log, one is first, and both take its key.
    private static async Task<byte[]> Share(NpgsqlDataSource database, byte[] value, CancellationToken ct)
    {
        await using var command = database.Command("insert into server_secrets (name, value) values ($1, $2) on conflict do nothing", Name,
            value);
        await command.ExecuteNonQueryAsync(ct);
        return (await Stored(database, ct))!;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} holds another key than the one that signs this log; the log's is used")]
    private static partial void LogAnother(ILogger logger, string file);
}
