using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>
/// A DuckDB instance closed to everything but the file it is to read and its own work directory.
/// </summary>
internal sealed class Database : IDisposable
{
    private nint _handle;

    private Database(nint handle) => _handle = handle;

    /// <summary>Opens a database that can read <paramref name="source"/> and write below <paramref name="workDirectory"/>, nothing else.</summary>
    /// <param name="source">The only file its statements may name.</param>
    /// <param name="workDirectory">Where the table and what does not fit into memory go.</param>
    /// <param name="memoryLimitMegabytes">What its buffers may take.</param>
    /// <param name="maxTempBytes">What it may spill to disk.</param>
    public static Database Open(string source, string workDirectory, int memoryLimitMegabytes, long maxTempBytes)
    {
        var database = new Database(OpenHandle());
        try
        {
            using var connection = database.Connect();
            connection.Execute($"SET memory_limit='{memoryLimitMegabytes}MiB'");
            connection.Execute($"SET threads={Math.Min(2, Environment.ProcessorCount)}");
            connection.Execute($"SET temp_directory={Sql.Text(Path.Combine(workDirectory, "spill"))}");
            connection.Execute($"SET max_temp_directory_size='{maxTempBytes / (1 << 20)}MiB'");
            connection.Execute($"SET allowed_paths=[{Sql.Text(source)}]");
            connection.Execute($"SET allowed_directories=[{Sql.Text(workDirectory)}]");
            connection.Execute("SET enable_external_access=false");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Fixes the settings for good. Every column of a row group being written takes a block per thread, so a very wide table gets one
    /// thread and more memory than the limit.
    /// </summary>
    public void Lock(int columns, int memoryLimitMegabytes)
    {
        const int Wide = 1024;
        const int KilobytesPerWideColumn = 192;
        using var connection = Connect();
        if (columns > Wide)
        {
            connection.Execute("SET threads=1");
            connection.Execute($"SET memory_limit='{Math.Max(memoryLimitMegabytes, columns * KilobytesPerWideColumn / 1024)}MiB'");
        }
        connection.Execute("SET lock_configuration=true");
    }

    public Connection Connect() =>
        NativeMethods.Connect(_handle, out var connection) == 0
            ? new Connection(connection)
            : throw new DuckDbException("The database accepts no connection.");

    public void Dispose() => NativeMethods.Close(ref _handle);

    private static nint OpenHandle()
    {
        _ = NativeMethods.CreateConfig(out var config);
        try
        {
            foreach (var name in new[] { "autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions", "allow_unsigned_extensions" })
                _ = NativeMethods.SetConfig(config, name, "false");
            if (NativeMethods.Open(":memory:", out var database, config, out var error) == 0)
                return database;
            var message = Marshal.PtrToStringUTF8(error) ?? "DuckDB cannot be opened.";
            NativeMethods.Free(error);
            throw new DuckDbException(message);
        }
        finally
        {
            NativeMethods.DestroyConfig(ref config);
        }
    }
}
