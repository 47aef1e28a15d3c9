using DuckDB.NET.Data;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Collects one column of a chunk from the rows of a result.</summary>
internal abstract class ColumnBuilder(int column, int capacity)
{
    private readonly NullMask _nulls = NullMask.ForRows(capacity);

    public static ColumnBuilder For(ColumnType type, int column, int capacity) => type switch
    {
        ColumnType.Float64 => new ColumnBuilder<double>(
            column, capacity, 0, row => row.GetDouble(column), (v, nulls) => new Float64Column(v, nulls)),
        ColumnType.Int64 => new ColumnBuilder<long>(
            column, capacity, 0, row => row.GetInt64(column), (v, nulls) => new Int64Column(v, nulls)),
        ColumnType.Timestamp => new ColumnBuilder<long>(
            column, capacity, 0, row => row.GetInt64(column), (v, nulls) => new TimestampColumn(v, nulls)),
        ColumnType.Boolean => new ColumnBuilder<bool>(
            column, capacity, false, row => row.GetBoolean(column), (v, nulls) => new BooleanColumn(v, nulls)),
        _ => new ColumnBuilder<string>(column, capacity, "", row => row.GetString(column), (v, nulls) => new TextColumn(v, nulls)),
    };

    /// <summary>Takes the reader's row to position <paramref name="to"/>.</summary>
    public void Take(DuckDBDataReader row, int to)
    {
        if (row.IsDBNull(column))
        {
            _nulls.Set(to);
            TakeMissing(to);
        }
        else
        {
            TakeValue(row, to);
        }
    }

    public ChunkColumn Build(int rows) => Build(rows, _nulls.Shortened(rows));

    protected abstract void TakeMissing(int to);

    protected abstract void TakeValue(DuckDBDataReader row, int to);

    protected abstract ChunkColumn Build(int rows, NullMask nulls);
}

/// <summary>Collects a column of one type of value; stored chunks depend on what stands in the slot of a missing one.</summary>
internal sealed class ColumnBuilder<T>(
    int column, int capacity, T missing, Func<DuckDBDataReader, T> read, Func<T[], NullMask, ChunkColumn> build)
    : ColumnBuilder(column, capacity)
{
    private readonly T[] _values = new T[capacity];

    protected override void TakeMissing(int to) => _values[to] = missing;

    protected override void TakeValue(DuckDBDataReader row, int to) => _values[to] = read(row);

    protected override ChunkColumn Build(int rows, NullMask nulls) => build(_values.Length == rows ? _values : _values[..rows], nulls);
}
