using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Collects one column of a chunk from the batches of a result.</summary>
internal abstract class ColumnBuilder(int column, int capacity)
{
    protected int Column { get; } = column;

    protected NullMask Nulls { get; } = NullMask.ForRows(capacity);

    public static ColumnBuilder For(ColumnType type, int column, int capacity) => type switch
    {
        ColumnType.Float64 => new ColumnBuilder<double>(column, capacity, (values, nulls) => new Float64Column(values, nulls)),
        ColumnType.Int64 => new ColumnBuilder<long>(column, capacity, (values, nulls) => new Int64Column(values, nulls)),
        ColumnType.Timestamp => new ColumnBuilder<long>(column, capacity, (values, nulls) => new TimestampColumn(values, nulls)),
        ColumnType.Boolean => new ColumnBuilder<bool>(column, capacity, (values, nulls) => new BooleanColumn(values, nulls)),
        _ => new TextColumnBuilder(column, capacity),
    };

    /// <summary>Takes rows <paramref name="from"/> to <paramref name="from"/> + <paramref name="count"/> of a batch to position <paramref name="to"/>.</summary>
    public abstract void Take(Batch batch, int from, int count, int to);

    public abstract ChunkColumn Build(int rows);

    protected void TakeNulls(ReadOnlySpan<ulong> validity, int from, int count, int to)
    {
        if (validity.IsEmpty)
            return;
        for (var i = 0; i < count; i++)
        {
            if (Batch.IsNull(validity, from + i))
                Nulls.Set(to + i);
        }
    }
}

/// <summary>Collects a column of fixed width.</summary>
internal sealed class ColumnBuilder<T>(int column, int capacity, Func<T[], NullMask, ChunkColumn> build) : ColumnBuilder(column, capacity)
    where T : unmanaged
{
    private readonly T[] _values = new T[capacity];

    public override void Take(Batch batch, int from, int count, int to)
    {
        var target = _values.AsSpan(to, count);
        batch.Values<T>(Column).Slice(from, count).CopyTo(target);
        var validity = batch.Validity(Column);
        if (validity.IsEmpty)
            return;
        TakeNulls(validity, from, count, to);

        // The slot of a missing value holds whatever was there; stored chunks must not depend on it.
        for (var i = 0; i < count; i++)
        {
            if (Nulls[to + i])
                target[i] = default;
        }
    }

    public override ChunkColumn Build(int rows) => build(_values.Length == rows ? _values : _values[..rows], Nulls.Shortened(rows));
}

/// <summary>Collects a column of text.</summary>
internal sealed class TextColumnBuilder(int column, int capacity) : ColumnBuilder(column, capacity)
{
    private readonly string[] _values = new string[capacity];

    public override void Take(Batch batch, int from, int count, int to)
    {
        TakeNulls(batch.Validity(Column), from, count, to);
        for (var i = 0; i < count; i++)
            _values[to + i] = Nulls[to + i] ? "" : batch.Text(Column, from + i);
    }

    public override ChunkColumn Build(int rows) => new TextColumn(_values.Length == rows ? _values : _values[..rows], Nulls.Shortened(rows));
}
