namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>For every row of a table, the window of rows that ends with it; before the first row stands its copy.</summary>
internal sealed class SampleWindows
{
    private readonly Matrix _padded;
    private readonly int _window;

    public SampleWindows(Matrix rows, int window)
    {
        _window = window;
        var padding = rows.Rows == 0 ? 0 : window - 1;
        var values = new double[(rows.Rows + padding) * rows.Columns];
        for (var i = 0; i < padding; i++) rows.Row(0).CopyTo(values.AsSpan(i * rows.Columns));
        rows.Values.CopyTo(values.AsSpan(padding * rows.Columns));
        _padded = new Matrix(rows.Rows + padding, rows.Columns, values);
    }

    /// <summary>The window that ends with a row, oldest first.</summary>
    public ReadOnlySpan<double> this[int row] => _padded.RowRange(row, _window);
}
