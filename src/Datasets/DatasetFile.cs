using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.DuckDb;
using EventSourcedAnomaly.Datasets.Sources;

namespace EventSourcedAnomaly.Datasets;

/// <summary>
/// A file that has been read and found to be a table. Its rows lie typed in a private folder below the temporary directory until it
/// is disposed; memory stays within <see cref="ReadLimits.MemoryLimitMegabytes"/> and a few chunks, whatever the file's size.
/// </summary>
public sealed class DatasetFile : IDisposable
{
    private readonly DirectoryInfo _workDirectory;
    private readonly Database _database;
    private readonly IReadOnlyList<ReadingRemark> _remarks;

    private DatasetFile(DirectoryInfo workDirectory, Database database, DatasetFormat format,
        SourceTable source, long rowCount)
    {
        _workDirectory = workDirectory;
        _database = database;
        Format = format;
        Columns = source.Columns;
        _remarks = source.Remarks;
        RowCount = rowCount;
    }

    /// <summary>The columns in the file's order.</summary>
    public IReadOnlyList<DatasetColumn> Columns { get; }

    /// <summary>The format the file was read as.</summary>
    public DatasetFormat Format { get; }

    /// <summary>The number of data rows, at least 1.</summary>
    public long RowCount { get; }

    /// <summary>Reads a file: decompresses it, checks it, finds the type of every column from all of its cells, and loads it.</summary>
    /// <param name="path">The file; its name helps to tell the format.</param>
    /// <param name="options">What is known of it.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="tempDirectory">Where its private folder is made; room for about three times the expanded file.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="DatasetException">The file is not a table, or too large. Nothing is left behind.</exception>
    public static DatasetFile Open(string path, ReadOptions options, ReadLimits limits, string tempDirectory, CancellationToken ct)
    {
        var work = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(tempDirectory), $"dataset-{Guid.CreateVersion7():N}"));
        Database? database = null;
        try
        {
            var file = SourceFile.Prepare(Path.GetFullPath(path), options, limits, work.FullName, ct);
            database = Database.Open(file.Path, work.FullName, limits.MemoryLimitMegabytes, limits.MaxExpandedBytes);
            using var connection = database.Connect();
            var source = file.Read(connection, work.FullName, options, limits, ct);
            database.Lock(source.Columns.Count, limits.MemoryLimitMegabytes);
            var rows = Table.Load(connection, source, work.FullName, limits, ct);
            foreach (var done in work.EnumerateFiles().Where(f => f.Name is "expanded" or "translated" or "canonical"))
                done.Delete();
            return new DatasetFile(work, database, file.Format, source, rows);
        }
        catch (Exception e)
        {
            database?.Dispose();
            work.Delete(recursive: true);
            if (e is DuckDBException failure)
                throw Refusal.Of(failure);
            throw;
        }
    }

    /// <summary>Computes the profile; every figure is exact and the same at every call.</summary>
    public DatasetProfile Profile(CancellationToken ct)
    {
        using var connection = _database.Connect();
        return ProfileComputation.Run(connection, Columns, RowCount, _remarks, ct);
    }

    /// <summary>Streams the rows in the file's order.</summary>
    /// <param name="rowsPerChunk">The rows of every chunk but the last, which may have fewer; a chunk needs about 9 bytes per cell.</param>
    /// <param name="ct">Stops the reading.</param>
    public IEnumerable<DatasetChunk> ReadChunks(int rowsPerChunk, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerChunk, 1);
        return ChunkReading.Read(_database, Columns, (int)Math.Min(rowsPerChunk, RowCount), ct);
    }

    /// <summary>Closes the file and removes its private folder.</summary>
    public void Dispose()
    {
        _database.Dispose();
        if (_workDirectory.Exists)
            _workDirectory.Delete(recursive: true);
    }
}
