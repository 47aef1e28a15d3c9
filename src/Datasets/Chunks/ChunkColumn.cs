namespace EventSourcedAnomaly.Datasets;

/// <summary>The cells of one column of a chunk; where one is missing, its slot holds zero, false or the empty text.</summary>
public abstract class ChunkColumn(NullMask nulls)
{
    /// <summary>Which cells are missing.</summary>
    public NullMask Nulls { get; } = nulls;

    /// <summary>What the cells are.</summary>
    public abstract ColumnType Type { get; }

    /// <summary>The number of rows.</summary>
    public abstract int Count { get; }

    /// <summary>A cell as double, long, bool, <see cref="DateTime"/> (UTC) or string; null where it is missing.</summary>
    public object? this[int row] => Nulls[row] ? null : Value(row);

    /// <summary>
    /// The cells as numbers, one per row: true is 1 and false 0, points in time are Unix seconds, a missing cell is NaN.
    /// </summary>
    /// <exception cref="InvalidOperationException">The column is text.</exception>
    public double[] ToDoubles()
    {
        var numbers = new double[Count];
        for (var row = 0; row < numbers.Length; row++)
            numbers[row] = Nulls[row] ? double.NaN : Number(row);
        return numbers;
    }

    /// <summary>A cell that is not missing, as an object.</summary>
    protected abstract object Value(int row);

    /// <summary>A cell that is not missing, as a number.</summary>
    protected abstract double Number(int row);
}

/// <summary>A column of doubles.</summary>
public sealed class Float64Column(double[] values, NullMask nulls) : ChunkColumn(nulls)
{
    /// <summary>One value per row.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Float64;

    /// <inheritdoc/>
    public override int Count => values.Length;

    /// <inheritdoc/>
    protected override object Value(int row) => values[row];

    /// <inheritdoc/>
    protected override double Number(int row) => values[row];
}

/// <summary>A column of 64-bit integers.</summary>
public sealed class Int64Column(long[] values, NullMask nulls) : ChunkColumn(nulls)
{
    /// <summary>One value per row.</summary>
    public ReadOnlySpan<long> Values => values;

    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Int64;

    /// <inheritdoc/>
    public override int Count => values.Length;

    /// <inheritdoc/>
    protected override object Value(int row) => values[row];

    /// <inheritdoc/>
    protected override double Number(int row) => values[row];
}

/// <summary>A column of points in time.</summary>
public sealed class TimestampColumn(long[] microseconds, NullMask nulls) : ChunkColumn(nulls)
{
    /// <summary>One value per row: microseconds since 1970-01-01T00:00:00Z.</summary>
    public ReadOnlySpan<long> Microseconds => microseconds;

    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Timestamp;

    /// <inheritdoc/>
    public override int Count => microseconds.Length;

    /// <inheritdoc/>
    protected override object Value(int row) => DateTime.UnixEpoch.AddTicks(microseconds[row] * TimeSpan.TicksPerMicrosecond);

    /// <inheritdoc/>
    protected override double Number(int row) => microseconds[row] / 1e6;
}

/// <summary>A column of truth values.</summary>
public sealed class BooleanColumn(bool[] values, NullMask nulls) : ChunkColumn(nulls)
{
    /// <summary>One value per row.</summary>
    public ReadOnlySpan<bool> Values => values;

    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Boolean;

    /// <inheritdoc/>
    public override int Count => values.Length;

    /// <inheritdoc/>
    protected override object Value(int row) => values[row];

    /// <inheritdoc/>
    protected override double Number(int row) => values[row] ? 1 : 0;
}

/// <summary>A column of texts.</summary>
public sealed class TextColumn(string[] values, NullMask nulls) : ChunkColumn(nulls)
{
    /// <summary>One value per row.</summary>
    public ReadOnlySpan<string> Values => values;

    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Text;

    /// <inheritdoc/>
    public override int Count => values.Length;

    /// <inheritdoc/>
    protected override object Value(int row) => values[row];

    /// <inheritdoc/>
    protected override double Number(int row) => throw new InvalidOperationException("A column of text has no numbers.");
}
