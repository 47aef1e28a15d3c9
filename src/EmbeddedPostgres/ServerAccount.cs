namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>
/// The account the server runs as. PostgreSQL refuses to run as root, so root lends it another account;
/// anybody else runs it under their own.
/// </summary>
internal sealed record ServerAccount(string? UserId, string? GroupId)
{
    private const string Setpriv = "/usr/bin/setpriv";

    public static ServerAccount OfThisProcess { get; } = new(UserId: null, GroupId: null);

    /// <summary>True when the server runs under another account than this process.</summary>
    public bool IsLent => UserId is not null;

    /// <summary>The account for a cluster: whoever owns it already, else <c>postgres</c>, else <c>nobody</c>.</summary>
    public static async Task<ServerAccount> ChooseAsync(string? existingCluster, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess)
            return OfThisProcess;
        if (existingCluster is not null)
        {
            var owner = await CommandLine.RequireAsync(["stat", "-c", "%u:%g", existingCluster], null, "read the cluster's owner", ct);
            var ids = owner.Trim().Split(':');
            if (ids[0] is not "0")
                return new ServerAccount(ids[0], ids[1]);
        }
        return FromPasswordFile("postgres") ?? FromPasswordFile("nobody")
            ?? throw new EmbeddedPostgresException(
                "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it.");
    }

    /// <summary>The command as this account runs it.</summary>
    public IEnumerable<string> Command(params IEnumerable<string> command) =>
        IsLent ? [Setpriv, $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", .. command] : command;

    /// <summary>
    /// The command as this account runs it, told by the kernel to shut down (SIGINT: PostgreSQL's fast shutdown) when the
    /// thread that starts it ends.
    /// </summary>
    public IEnumerable<string> CommandThatDiesWithItsParent(IEnumerable<string> command)
    {
        if (IsLent)
            return [Setpriv, $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", "--pdeathsig=INT", .. command];
        return File.Exists(Setpriv) ? [Setpriv, "--pdeathsig=INT", .. command] : command;
    }

    /// <summary>Whether this account can reach and use a path, as <c>test</c>'s operator (<c>-x</c>, <c>-w</c>) asks.</summary>
    public async Task<bool> CanAsync(string testOperator, string path, CancellationToken ct) =>
        (await CommandLine.RunAsync(Command("test", testOperator, path), null, ct)).Succeeded;

    /// <summary>Creates a directory, or takes one over, so that this account alone can enter it.</summary>
    public async Task OwnDirectoryAsync(string path, CancellationToken ct)
    {
        string[] owner = IsLent ? ["-o", UserId!, "-g", GroupId!] : [];
        await CommandLine.RequireAsync(["install", "-d", "-m", "0700", .. owner, path], null, $"create '{path}'", ct);
    }

    private static ServerAccount? FromPasswordFile(string name)
    {
        var line = File.ReadLines("/etc/passwd").FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return line?.Split(':') is [_, _, var user, var group, ..] ? new ServerAccount(user, group) : null;
    }
}
