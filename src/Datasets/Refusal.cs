using DuckDB.NET.Data;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Puts DuckDB's own complaints about a file into this product's words.</summary>
internal static class Refusal
{
    private const int MaxLength = 300;

    public static Exception Of(DuckDBException failure)
    {
        var message = FirstSentence(failure.Message);
        if (Says(failure, "Out of Memory") || Says(failure, "max_temp_directory_size"))
            return DatasetException.OfFile(DatasetError.TooLarge, "The file needs more memory or temporary disk space than it is allowed.");
        if (Says(failure, "Malformed JSON"))
            return DatasetException.OfFile(DatasetError.Unreadable, $"The file is not valid JSON: {message}");
        return Says(failure, "Parquet") || Says(failure, "Snappy") || Says(failure, "ZSTD") || Says(failure, "TProtocol")
            ? DatasetException.OfFile(DatasetError.Corrupt, $"The Parquet file is damaged: {message}")
            : DatasetException.OfFile(DatasetError.Unreadable, $"The file cannot be read: {message}");
    }

    /// <summary>Without the paths and hints that follow on later lines and mean nothing to who uploaded the file.</summary>
    private static string FirstSentence(string message)
    {
        var line = message.Split('\n')[0];
        var file = line.IndexOf(" in file \"", StringComparison.Ordinal);
        line = file < 0 ? line : line[..file];
        return line.Length <= MaxLength ? line : line[..MaxLength] + "…";
    }

    private static bool Says(DuckDBException failure, string words) => failure.Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
