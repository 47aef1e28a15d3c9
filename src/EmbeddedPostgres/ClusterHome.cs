using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>
/// The folder a cluster lives in: <c>data/</c> (PGDATA) and <c>password</c>, open to the server's account alone. It is
/// <c>postgres/</c> in the data directory, or, when the account cannot enter there, a folder named in the data directory's
/// file <c>postgres.location</c>.
/// </summary>
internal sealed record ClusterHome(string Directory)
{
    /// <summary>Where root puts what a lent account must reach.</summary>
    public const string SharedRoot = "/var/lib/event-sourced-anomaly";

    public string Cluster => Path.Combine(Directory, "data");

    public string PasswordFile => Path.Combine(Directory, "password");

    /// <summary>The major version of the cluster, or null when there is none yet.</summary>
    public int? Version =>
        File.Exists(Path.Combine(Cluster, "PG_VERSION"))
            ? int.Parse(File.ReadAllText(Path.Combine(Cluster, "PG_VERSION")).Trim(), CultureInfo.InvariantCulture)
            : null;

    /// <summary>The home a data directory already has, or null; a folder without a cluster was cut short in the making.</summary>
    public static ClusterHome? Existing(string dataDirectory)
    {
        var pointer = PointerFile(dataDirectory);
        if (!File.Exists(pointer))
            return new ClusterHome(InsideOf(dataDirectory)) is { Version: not null } inside ? inside : null;
        var elsewhere = File.ReadAllText(pointer).Trim();
        return System.IO.Directory.Exists(elsewhere)
            ? new ClusterHome(elsewhere)
            : throw new EmbeddedPostgresException(
                $"'{pointer}' says that the cluster is in '{elsewhere}', which does not exist. Restore it, or delete the data directory "
                    + "to start anew.");
    }

    /// <summary>
    /// Makes a home the account can use: inside the data directory if it can enter there, else below <see cref="SharedRoot"/>.
    /// </summary>
    public static async Task<ClusterHome> CreateAsync(string dataDirectory, ServerAccount account, ILogger logger, CancellationToken ct)
    {
        var inside = InsideOf(dataDirectory);
        if (account.IsLent)
            LetPassThrough(dataDirectory);
        await account.OwnDirectoryAsync(inside, ct);
        if (await account.CanAsync("-w", inside, ct))
            return new ClusterHome(inside);

        System.IO.Directory.Delete(inside);
        var elsewhere = Path.Combine(SharedRoot, "postgres-" + NameOf(dataDirectory));
        SetAside(elsewhere, dataDirectory, logger);
        System.IO.Directory.CreateDirectory(SharedRoot);
        await account.OwnDirectoryAsync(elsewhere, ct);
        await File.WriteAllTextAsync(PointerFile(dataDirectory), elsewhere + "\n", ct);
        EmbeddedPostgresLog.ClusterElsewhere(logger, dataDirectory, elsewhere);
        return new ClusterHome(elsewhere);
    }

    private static string InsideOf(string dataDirectory) => Path.Combine(dataDirectory, "postgres");

    private static string PointerFile(string dataDirectory) => Path.Combine(dataDirectory, "postgres.location");

    private static string NameOf(string dataDirectory) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataDirectory)))[..16];

    /// <summary>Others may walk through the data directory (not list it); what lies in it keeps its own modes.</summary>
    private static void LetPassThrough(string dataDirectory)
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(dataDirectory, File.GetUnixFileMode(dataDirectory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>
    /// A data directory that was deleted leaves its cluster behind; a new one of the same name must not bring it back to life.
    /// </summary>
    private static void SetAside(string home, string dataDirectory, ILogger logger)
    {
        if (!System.IO.Directory.Exists(home))
            return;
        var aside = $"{home}.{Guid.CreateVersion7():N}";
        System.IO.Directory.Move(home, aside);
        EmbeddedPostgresLog.ClusterSetAside(logger, dataDirectory, aside);
    }
}
