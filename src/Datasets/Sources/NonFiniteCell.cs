using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>The errors for numbers that no detector can score: NaN, infinities, and what is too large.</summary>
internal static class NonFiniteCell
{
    public static DatasetException Error(string column, CellPlace place) => DatasetException.OfFile(
        DatasetError.NonFinite,
        $"{Words(place)}, column '{column}' is NaN or infinite. Leave the cell empty where the value is missing.");

    public static DatasetException TooLarge(string column, CellPlace place) => DatasetException.OfFile(
        DatasetError.OutOfRange,
        $"{Words(place)}, column '{column}' is a number beyond the range from -{DatasetNumber.Largest} to {DatasetNumber.Largest}.");

    private static string Words(CellPlace place) => place.Line > 0 ? $"Row {place.Row} (line {place.Line})" : $"Row {place.Row}";
}
