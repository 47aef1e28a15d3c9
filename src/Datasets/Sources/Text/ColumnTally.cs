namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>The kinds of cells met in one column of text so far, and the type they make together.</summary>
internal sealed class ColumnTally
{
    private const CellKinds Numbers = CellKinds.Integer | CellKinds.Decimal | CellKinds.NonFinite;
    private CellKinds _seen;

    /// <summary>The row of the first NaN or infinity, counted from 1; 0 if there is none.</summary>
    public long FirstNonFiniteRow { get; private set; }

    /// <summary>The line that row begins on.</summary>
    public long FirstNonFiniteLine { get; private set; }

    /// <summary>True when NaN or an infinity stands among numbers; the word may well stand among other words.</summary>
    public bool HasNonFiniteNumber => FirstNonFiniteRow > 0 && (_seen & ~Numbers) == CellKinds.Missing;

    public ColumnType Type => _seen switch
    {
        CellKinds.Integer => ColumnType.Int64,
        CellKinds.Boolean => ColumnType.Boolean,
        CellKinds.Timestamp => ColumnType.Timestamp,
        CellKinds.Missing => ColumnType.Text,
        _ => (_seen & ~Numbers) == CellKinds.Missing ? ColumnType.Float64 : ColumnType.Text,
    };

    /// <summary>True once there is text in the column: nothing makes it anything else.</summary>
    public bool IsText => (_seen & CellKinds.Text) != CellKinds.Missing;

    public void Add(CellKinds kind, long row, long line)
    {
        _seen |= kind;
        if (kind == CellKinds.NonFinite && FirstNonFiniteRow == 0)
            (FirstNonFiniteRow, FirstNonFiniteLine) = (row, line);
    }
}
