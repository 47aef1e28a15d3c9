using System.Globalization;
using System.Net;
using EventSourcedAnomaly.EmbeddedPostgres;
using EventSourcedAnomaly.Server.Features.Webhooks;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>What the environment says about this server.</summary>
/// <param name="DataDirectory">Everything that is written lies under it.</param>
/// <param name="Host">The address to bind.</param>
/// <param name="Port">The port to bind.</param>
/// <param name="ConnectionString">A PostgreSQL to use; null for a private one.</param>
/// <param name="BootstrapApiKey">The administrator's key; null to generate one at the first start.</param>
/// <param name="Demo">Whether an empty log is filled with the demonstration.</param>
/// <param name="MaxUploadBytes">The largest data set file or checkpoint.</param>
/// <param name="ReservedBytes">What uploads leave free of the data directory's disk, for the log.</param>
/// <param name="LedgerOrigin">The name under which checkpoints are signed; null for one made from the key.</param>
/// <param name="CheckpointFile">A file that every checkpoint is appended to.</param>
/// <param name="CheckpointWebhook">An address that every checkpoint is posted to.</param>
/// <param name="AdminPassword">The password of the user <c>admin</c>; null to generate one at the first start.</param>
/// <param name="SecretKey">Encrypts the keys that tokens are signed with; null for one that lies in the database.</param>
/// <param name="AnonymousPerHour">How many requests without a credential an address may make in an hour.</param>
/// <param name="ConfigDirectory">The folder that training configurations are read from.</param>
/// <param name="AnonymousTraining">Whether the Training contract's paths are open without a credential, for the tenant
/// <c>default</c>.</param>
/// <param name="WebhookAddresses">Which addresses events may be posted to.</param>
/// <param name="WebhookRetries">When a delivery that failed is tried again.</param>
internal sealed record ServerSettings(
    string DataDirectory, string Host, int Port, string? ConnectionString, string? BootstrapApiKey, bool Demo, long MaxUploadBytes,
    long ReservedBytes,
    string? LedgerOrigin, string? CheckpointFile, Uri? CheckpointWebhook, string? AdminPassword, string? SecretKey, int AnonymousPerHour,
    string ConfigDirectory, bool AnonymousTraining,
    OutwardAddresses WebhookAddresses, RetrySchedule WebhookRetries)
{
    /// <summary>Where this silo listens for the others of its cluster.</summary>
    public required SiloEndpoints SiloEndpoints { get; init; }

    /// <summary>The proxies whose word for a caller's address is taken (<c>X-Forwarded-For</c>); none unless told.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Where uploads rest while they are read.</summary>
    public string TempDirectory => Path.Combine(DataDirectory, "tmp");

    /// <summary>
    /// Empties it of what a server that was killed was reading: its clients have no answer, and the directory is this server's alone.
    /// </summary>
    public void EmptyTempDirectory()
    {
        if (Directory.Exists(TempDirectory))
        {
            Directory.Delete(TempDirectory, recursive: true);
        }

        Directory.CreateDirectory(TempDirectory);
    }

    /// <summary>Reads the settings.</summary>
    public static ServerSettings From(IConfiguration configuration) => new(
        Path.GetFullPath(configuration["ESA_DATA_DIR"] is { Length: > 0 } directory ? directory : ".data"),
        configuration["HOST"] is { Length: > 0 } host ? host : "127.0.0.1",
        Whole(configuration, "PORT", 8000, 0, 65535),
        configuration.GetConnectionString("Postgres") is { Length: > 0 } connection
            ? Connection("ConnectionStrings__Postgres", connection)
            : null,
        configuration["ESA_BOOTSTRAP_API_KEY"] is { Length: > 0 } key ? key : null,
        !string.Equals(configuration["ESA_DEMO"], "false", StringComparison.OrdinalIgnoreCase),
        Whole(configuration, "ESA_MAX_UPLOAD_MB", 4096, 1, 1 << 20) * (1L << 20),
        Whole(configuration, "ESA_RESERVED_DISK_MB", 1024, 64, 1 << 20) * (1L << 20),
        configuration["ESA_LEDGER_ORIGIN"] is { Length: > 0 } metadata ? metadata : null,
        configuration["ESA_LEDGER_CHECKPOINT_FILE"] is { Length: > 0 } file ? file : null,
        configuration["ESA_LEDGER_CHECKPOINT_WEBHOOK"] is { Length: > 0 } webhook
            ? Address("ESA_LEDGER_CHECKPOINT_WEBHOOK", webhook)
            : null,
        configuration["ESA_ADMIN_PASSWORD"] is { Length: > 0 } password ? password : null,
        configuration["ESA_SECRET_KEY"] is { Length: > 0 } secret ? secret : null,
        Whole(configuration, "ESA_ANONYMOUS_PER_HOUR", 100, 1, int.MaxValue),
        Path.GetFullPath(configuration["ESA_CONFIG_DIR"] is { Length: > 0 } configs ? configs : ShippedConfigs()),
        string.Equals(configuration["Auth:AnonymousTraining"], "true", StringComparison.OrdinalIgnoreCase),
        OutwardAddresses.Parse("ESA_WEBHOOK_ALLOW", configuration["ESA_WEBHOOK_ALLOW"]),
        RetrySchedule.Parse("ESA_WEBHOOK_RETRY_SECONDS", configuration["ESA_WEBHOOK_RETRY_SECONDS"]))
    {
        SiloEndpoints = Endpoints(configuration),
        TrustedProxies = Networks("ESA_TRUSTED_PROXIES", configuration["ESA_TRUSTED_PROXIES"]),
    };

    /// <summary>Where the key lies that signs checkpoints.</summary>
    public string LedgerKeyFile => Path.Combine(DataDirectory, "ledger.key");

    // They lie in the repository, and beside the server where it is published.
    private static string ShippedConfigs()
    {
        var shipped = Path.Combine("ops", "configs");
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (Directory.Exists(Path.Combine(directory.FullName, shipped)))
            {
                return Path.Combine(directory.FullName, shipped);
            }
        }

        return shipped;
    }

    private static IReadOnlyList<IPNetwork> Networks(string name, string? given) =>
    [
        .. (given ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text =>
            IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new SettingException($"{name}: expected addresses and networks such as 10.0.0.1,10.1.0.0/16, got '{text}'.")),
    ];

    // Silos on one machine take whatever ports are free; silos on several name an address and the ports that the others reach.
    private static SiloEndpoints Endpoints(IConfiguration configuration)
    {
        var (silo, gateway) = (Whole(configuration, "ESA_SILO_PORT", 0, 0, 65535), Whole(configuration, "ESA_GATEWAY_PORT", 0, 0, 65535));
        var free = SiloEndpoints.FreeOnLoopback();
        var address = configuration["ESA_SILO_ADDRESS"] is not { Length: > 0 } given ? free.Address
            : IPAddress.TryParse(given, out var parsed)
                ? parsed : throw new SettingException($"ESA_SILO_ADDRESS: expected an IP address, got '{given}'.");
        return new SiloEndpoints(address, silo == 0 ? free.SiloPort : silo, gateway == 0 ? free.GatewayPort : gateway);
    }

    private static Uri Address(string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new SettingException($"{name}: expected an http or https address, got '{text}'.");

    private static string Connection(string name, string text)
    {
        try
        {
            return PostgresUri.ToConnectionString(text);
        }
        catch (FormatException e)
        {
            throw new SettingException($"{name}: {e.Message}");
        }
    }

    private static int Whole(IConfiguration configuration, string name, int otherwise, int min, int max) => configuration[name] switch
    {
        null or "" => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max =>
            value,
        var text => throw new SettingException($"{name}: expected a whole number from {min} to {max}, got '{text}'."),
    };
}

/// <summary>A setting that cannot be used.</summary>
internal sealed class SettingException(string message) : Exception(message);
