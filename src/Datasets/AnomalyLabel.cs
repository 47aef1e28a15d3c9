namespace EventSourcedAnomaly.Datasets;

/// <summary>The one reader of labels: 1 or true for an anomaly, 0 or false for a normal row, as the command line reads them.</summary>
public static class AnomalyLabel
{
    /// <summary>Reads a label.</summary>
    /// <param name="cell">The cell as a number; NaN where it is missing.</param>
    /// <param name="column">The label's column, for the message.</param>
    /// <param name="row">Its row, from 0, for the message, which counts from 1.</param>
    /// <returns>1 for an anomaly, 0 for a normal row.</returns>
    /// <exception cref="InvalidDataException">It is neither; the message gives column and row.</exception>
    public static int Read(double cell, string column, long row) => cell switch
    {
        0 => 0,
        1 => 1,
        _ => throw new InvalidDataException(
            $"Column '{column}', row {row + 1}: expected the label 0 (normal) or 1 (anomaly), got {(double.IsNaN(cell) ? "none" : cell)}."
            + (cell == -1 ? " Where -1 marks anomalies and 1 normal rows, as scikit-learn predicts them, write 1 and 0." : "")),
    };
}
