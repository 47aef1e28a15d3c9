namespace EventSourcedAnomaly.Datasets;

/// <summary>Consecutive rows of a data set, column-wise.</summary>
public sealed class DatasetChunk
{
    /// <summary>A chunk of columns of equal length.</summary>
    /// <exception cref="ArgumentException">The columns differ in length, or there is none.</exception>
    public DatasetChunk(IReadOnlyList<ChunkColumn> columns)
    {
        if (columns.Count == 0 || columns.Any(c => c.Count != columns[0].Count))
            throw new ArgumentException("A chunk needs columns of one length.", nameof(columns));
        Columns = columns;
    }

    /// <summary>The columns, in the data set's order.</summary>
    public IReadOnlyList<ChunkColumn> Columns { get; }

    /// <summary>The number of rows.</summary>
    public int RowCount => Columns[0].Count;

    /// <summary>One column as numbers; see <see cref="ChunkColumn.ToDoubles"/>.</summary>
    public double[] ToDoubles(int column) => Columns[column].ToDoubles();
}
