using DuckDB.NET.Data;

namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>
/// A DuckDB database in memory, closed to everything but the file it is to read and its own work directory.
/// </summary>
internal sealed class Database : IDisposable
{
    private const string WithoutExtensions = "Data Source=:memory:;autoinstall_known_extensions=false;autoload_known_extensions=false;"
        + "allow_community_extensions=false;allow_unsigned_extensions=false";

    private readonly DuckDBConnection _first = new(WithoutExtensions);

    private Database()
    {
    }

    /// <summary>
    /// Opens a database that can read <paramref name="source"/> and write below <paramref name="workDirectory"/>, nothing else.
    /// </summary>
    /// <param name="source">The only file its statements may name.</param>
    /// <param name="workDirectory">Where the table and what does not fit into memory go.</param>
    /// <param name="memoryLimitMegabytes">What its buffers may take.</param>
    /// <param name="maxTempBytes">What it may spill to disk.</param>
    public static Database Open(string source, string workDirectory, int memoryLimitMegabytes, long maxTempBytes)
    {
        var database = new Database();
        try
        {
            var connection = database._first;
            connection.Open();
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
        if (columns > Wide)
        {
            _first.Execute("SET threads=1");
            _first.Execute($"SET memory_limit='{Math.Max(memoryLimitMegabytes, columns * KilobytesPerWideColumn / 1024)}MiB'");
        }
        _first.Execute("SET lock_configuration=true");
    }

    /// <summary>One more connection to this database.</summary>
    public DuckDBConnection Connect()
    {
        var connection = _first.Duplicate();
        connection.Open();
        return connection;
    }

    /// <summary>Closes the database; its other connections must have been closed before.</summary>
    public void Dispose() => _first.Dispose();
}
