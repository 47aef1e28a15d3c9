using System.Globalization;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>The settings the server is started with; given on its command line, so no stale file can disagree with them.</summary>
internal static class ServerSettings
{
    private static readonly (string Name, string Value)[] Defaults =
    [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("max_connections", "100"),
        ("password_encryption", "scram-sha-256"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("lc_messages", "C"),

        ("synchronous_commit", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),

        // Many small commits: room in the WAL buffers, few checkpoints, and those spread out.
        ("wal_buffers", "16MB"),
        ("max_wal_size", "2GB"),
        ("min_wal_size", "128MB"),
        ("checkpoint_timeout", "15min"),
        ("checkpoint_completion_target", "0.9"),

        ("shared_buffers", "256MB"),
        ("jit", "off"),
        ("random_page_cost", "1.1"),
        ("log_checkpoints", "off"),
        ("log_line_prefix", "%m [%p] "),
    ];

    /// <summary>The arguments after <c>postgres</c>.</summary>
    public static IEnumerable<string> Arguments(string clusterDirectory, int port, IReadOnlyDictionary<string, string> overrides)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Defaults)
            settings[name] = value;
        foreach (var (name, value) in overrides)
            settings[name] = value;
        settings["port"] = port.ToString(CultureInfo.InvariantCulture);
        return ["-D", clusterDirectory, .. settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" })];
    }
}
