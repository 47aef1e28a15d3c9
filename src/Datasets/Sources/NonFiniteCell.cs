namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>The error for NaN and infinities, which no detector can score.</summary>
internal static class NonFiniteCell
{
    public static DatasetException Error(string column, long row, string where) => DatasetException.OfFile(
        DatasetError.NonFinite,
        $"Row {row}{where}, column '{column}' is NaN or infinite. Leave the cell empty where the value is missing.");
}
