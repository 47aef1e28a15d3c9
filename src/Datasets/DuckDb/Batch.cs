using System.Text;

namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>Up to 2,048 rows of a result, column-wise, in DuckDB's memory.</summary>
internal sealed unsafe class Batch(nint chunk) : IDisposable
{
    private nint _chunk = chunk;

    public int RowCount { get; } = (int)NativeMethods.ChunkSize(chunk);

    /// <summary>A fixed-width column's values: DOUBLE as double, BIGINT and TIMESTAMP (microseconds) as long, BOOLEAN as bool.</summary>
    public ReadOnlySpan<T> Values<T>(int column)
        where T : unmanaged => new(NativeMethods.VectorData(Vector(column)), RowCount);

    /// <summary>The rows that hold a value, 64 to a word, least significant bit first; empty when all do.</summary>
    public ReadOnlySpan<ulong> Validity(int column)
    {
        var mask = NativeMethods.VectorValidity(Vector(column));
        return mask is null ? [] : new ReadOnlySpan<ulong>(mask, (RowCount + 63) / 64);
    }

    public bool IsNull(int column, int row) => IsNull(Validity(column), row);

    public static bool IsNull(ReadOnlySpan<ulong> validity, int row) =>
        !validity.IsEmpty && (validity[row >> 6] >> (row & 63) & 1) == 0;

    public string Text(int column, int row) => Encoding.UTF8.GetString(Utf8(column, row));

    /// <summary>A VARCHAR's bytes. <c>duckdb_string_t</c> holds a length and up to 12 bytes in place, or a pointer to more.</summary>
    public ReadOnlySpan<byte> Utf8(int column, int row)
    {
        const int InPlace = 12;
        var entry = (byte*)NativeMethods.VectorData(Vector(column)) + (row * 16L);
        var length = *(int*)entry;
        return length <= InPlace ? new ReadOnlySpan<byte>(entry + 4, length) : new ReadOnlySpan<byte>(*(byte**)(entry + 8), length);
    }

    public void Dispose() => NativeMethods.DestroyChunk(ref _chunk);

    private nint Vector(int column) => NativeMethods.ChunkVector(_chunk, (ulong)column);
}
