using System.Globalization;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>
/// Holds a data directory for one process. The lock is the kernel's (flock on <c>server.lock</c>), so it ends with the process
/// however that ends; <c>server.pid</c> is only there to tell others who holds it.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _holderFile;

    private DataDirectoryLock(FileStream file, string holderFile)
    {
        _file = file;
        _holderFile = holderFile;
    }

    /// <exception cref="EmbeddedPostgresException">Another process holds the directory; the message names both.</exception>
    public static DataDirectoryLock Take(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, "server.lock");
        var holderFile = Path.Combine(dataDirectory, "server.pid");
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(holderFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return new DataDirectoryLock(file, holderFile);
        }
        catch (IOException e) when (File.Exists(path))
        {
            var holder = File.Exists(holderFile) ? File.ReadAllText(holderFile).Trim() : "(unknown)";
            throw new EmbeddedPostgresException(
                $"The data directory '{dataDirectory}' is in use by process {holder}. Stop that server, or choose another data directory.",
                e);
        }
    }

    public void Dispose()
    {
        File.Delete(_holderFile);
        _file.Dispose();
    }
}
