using System.IO.Compression;
using System.Text;
using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Tests;

/// <summary>A folder with uploaded files, and the temporary directory they are read in.</summary>
public abstract class UploadFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esa-datasets-");

    protected UploadFolder() => TempDirectory = _folder.CreateSubdirectory("temp").FullName;

    protected string TempDirectory { get; }

    protected string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    protected string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    protected string WriteParquet(string name, string query)
    {
        var path = Path.Combine(_folder.FullName, name);
        using var database = Database.Open(path, _folder.FullName, memoryLimitMegabytes: 128, maxTempBytes: 1 << 30);
        using var connection = database.Connect();
        connection.Execute($"COPY ({query}) TO '{path}' (FORMAT parquet)");
        return path;
    }

    protected DatasetFile Open(string path, ReadOptions? options = null, ReadLimits? limits = null) =>
        DatasetFile.Open(path, options ?? new ReadOptions(), limits ?? ReadLimits.Default, TempDirectory, CancellationToken.None);

    /// <summary>All rows of a file, cell by cell.</summary>
    protected object?[][] Rows(string path, ReadOptions? options = null)
    {
        using var file = Open(path, options);
        return [.. file.ReadChunks(1000, CancellationToken.None).SelectMany(RowsOf)];
    }

    protected static IEnumerable<object?[]> RowsOf(DatasetChunk chunk) =>
        Enumerable.Range(0, chunk.RowCount).Select(row => chunk.Columns.Select(c => c[row]).ToArray());

    /// <summary>The refusal of a file, after which nothing may be left in the temporary directory.</summary>
    protected DatasetException Refused(string path, ReadOptions? options = null, ReadLimits? limits = null)
    {
        var refusal = Assert.Throws<DatasetException>(() => Open(path, options, limits));
        Assert.Empty(Directory.GetFileSystemEntries(TempDirectory));
        return refusal;
    }

    protected static byte[] Gzip(byte[] bytes, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, level))
            gzip.Write(bytes);
        return target.ToArray();
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
