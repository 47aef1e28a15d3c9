using System.Security.Cryptography;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>Makes a new cluster with a generated password for its superuser <c>postgres</c>.</summary>
internal static class ClusterCreation
{
    public const string SuperUser = "postgres";

    public static async Task CreateAsync(ClusterHome home, PostgresBinaries binaries, ServerAccount account, CancellationToken ct)
    {
        // Made beside its place and renamed when whole: a crash half-way leaves nothing that looks like a cluster.
        var unfinished = home.Cluster + ".unfinished";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await WriteAsAsync(account, home.PasswordFile, password, ct);
        string[] arguments =
        [
            "-D", unfinished, "-U", SuperUser, "--auth=scram-sha-256", $"--pwfile={home.PasswordFile}", "--encoding=UTF8", "--no-locale",
        ];
        await CommandLine.RequireAsync(account.Command(binaries.Command("initdb", arguments)), null, "create the PostgreSQL cluster", ct);
        await WriteAsAsync(account, Path.Combine(unfinished, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n", ct);
        Directory.Move(unfinished, home.Cluster);
    }

    private static Task<string> WriteAsAsync(ServerAccount account, string path, string text, CancellationToken ct) =>
        CommandLine.RequireAsync(
            account.Command("sh", "-c", "umask 077 && cat > \"$0\" && chmod 0600 \"$0\"", path), text, $"write '{path}'", ct);
}
