namespace EventSourcedAnomaly.Detection;

/// <summary>A dense table of float64 numbers, stored row by row. One row is one sample, one column one feature.</summary>
public sealed class Matrix
{
    /// <summary>
    /// The greatest magnitude that detectors take: squares of squares of larger numbers, as they occur in covariances, would leave float64.
    /// </summary>
    public const double LargestNumber = 1e75;

    private readonly double[] _values;

    /// <param name="rows">Number of samples, zero or more.</param>
    /// <param name="columns">Number of features, zero or more.</param>
    /// <param name="values">The <c>rows * columns</c> numbers in row-major order; the matrix takes the array over without copying.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="values"/> is not <c>rows * columns</c>.</exception>
    public Matrix(int rows, int columns, double[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentNullException.ThrowIfNull(values);
        if ((long)rows * columns != values.Length)
            throw new ArgumentException(
                $"expected {rows} x {columns} = {(long)rows * columns} values, got {values.Length}", nameof(values));
        Rows = rows;
        Columns = columns;
        _values = values;
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>All numbers in row-major order.</summary>
    public ReadOnlySpan<double> Values => _values;

    public double this[int row, int column] => Row(row)[column];

    public ReadOnlySpan<double> Row(int row) => RowRange(row, 1);

    /// <summary>The numbers of <paramref name="count"/> consecutive rows, row-major.</summary>
    public ReadOnlySpan<double> RowRange(int first, int count) => _values.AsSpan(first * Columns, count * Columns);

    /// <summary>Copies rows of equal length into a matrix.</summary>
    /// <exception cref="ArgumentException">A row is longer or shorter than the first one; the message names it (counted from
    /// 0).</exception>
    public static Matrix FromRows(IReadOnlyList<double[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var columns = rows.Count == 0 ? 0 : rows[0].Length;
        var values = new double[rows.Count * columns];
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != columns)
                throw new ArgumentException($"row {i} has {rows[i].Length} values, expected {columns} as in row 0", nameof(rows));
            rows[i].CopyTo(values, i * columns);
        }
        return new Matrix(rows.Count, columns, values);
    }

    /// <summary>A copy of one column.</summary>
    public double[] Column(int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns, nameof(column));
        var copy = new double[Rows];
        for (var i = 0; i < copy.Length; i++) copy[i] = _values[i * Columns + column];
        return copy;
    }

    /// <summary>A copy of the given columns, in the given order.</summary>
    public Matrix SelectColumns(ReadOnlySpan<int> columns)
    {
        foreach (var c in columns) ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)c, (uint)Columns, nameof(columns));
        var values = new double[Rows * columns.Length];
        var k = 0;
        for (var i = 0; i < Rows; i++)
        {
            var row = Row(i);
            foreach (var c in columns) values[k++] = row[c];
        }
        return new Matrix(Rows, columns.Length, values);
    }

    /// <summary>A copy of the given rows, in the given order; a row may be taken more than once.</summary>
    public Matrix SelectRows(ReadOnlySpan<int> rows)
    {
        var values = new double[rows.Length * Columns];
        for (var k = 0; k < rows.Length; k++) Row(rows[k]).CopyTo(values.AsSpan(k * Columns));
        return new Matrix(rows.Length, Columns, values);
    }

    /// <summary>Overwrites this table with the given rows of another one of as many columns.</summary>
    internal void CopyRows(Matrix from, ReadOnlySpan<int> rows)
    {
        for (var k = 0; k < rows.Length; k++) from.Row(rows[k]).CopyTo(_values.AsSpan(k * Columns));
    }

    /// <summary>The columns laid out one after the other: element <c>[column * Rows + row]</c>.</summary>
    internal double[] ToColumnMajor()
    {
        var transposed = new double[_values.Length];
        const int Tile = 32;
        for (var top = 0; top < Rows; top += Tile)
        {
            var bottom = Math.Min(top + Tile, Rows);
            for (var c = 0; c < Columns; c++)
            {
                for (var r = top; r < bottom; r++) transposed[c * Rows + r] = _values[r * Columns + c];
            }
        }
        return transposed;
    }
}
