namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>A directory that goes when it is no longer needed.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("esa-server-tests-");

    public string Path => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
