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
        rows.Values.CopyTo(values.AsSpan(padding * rows.Columns));
        Pad(values, padding, rows.Columns);
        _padded = new Matrix(rows.Rows + padding, rows.Columns, values);
    }

    /// <summary>Copies a first row to the places before it.</summary>
    /// <param name="values">Rows, of which so many are still missing in front.</param>
    /// <param name="padding">Missing rows.</param>
    /// <param name="features">Values of a row.</param>
    public static void Pad(Span<double> values, int padding, int features)
    {
        for (var i = 0; i < padding; i++) values.Slice(padding * features, features).CopyTo(values[(i * features)..]);
    }

    /// <summary>The window that ends with a row, oldest first.</summary>
    public ReadOnlySpan<double> this[int row] => _padded.RowRange(row, _window);
}
