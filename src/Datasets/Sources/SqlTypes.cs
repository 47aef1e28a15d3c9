namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>Between DuckDB's types and those of a data set.</summary>
internal static class SqlTypes
{
    /// <summary>The type a column is stored in.</summary>
    public static string Of(ColumnType type) => type switch
    {
        ColumnType.Float64 => "DOUBLE",
        ColumnType.Int64 => "BIGINT",
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Timestamp => "TIMESTAMP",
        _ => "VARCHAR",
    };

    /// <summary>What a type of a Parquet or JSON column becomes; refuses nested and binary ones.</summary>
    public static ColumnType From(string duckDbType, string column)
    {
        if (IsNested(duckDbType))
            throw DatasetException.OfFile(DatasetError.Nested,
                $"Column '{column}' is nested ({Shortened(duckDbType)}); expected numbers, true/false, times or text.");
        return duckDbType switch
        {
            "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" => ColumnType.Int64,
            "FLOAT" or "DOUBLE" or "UBIGINT" or "HUGEINT" or "UHUGEINT" => ColumnType.Float64,
            "BOOLEAN" => ColumnType.Boolean,
            "DATE" => ColumnType.Timestamp,
            "VARCHAR" or "UUID" or "TIME" or "TIME WITH TIME ZONE" or "INTERVAL" => ColumnType.Text,
            _ when duckDbType.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnType.Float64,
            _ when duckDbType.StartsWith("TIMESTAMP", StringComparison.Ordinal) => ColumnType.Timestamp,
            _ when duckDbType.StartsWith("ENUM", StringComparison.Ordinal) => ColumnType.Text,
            _ => throw DatasetException.OfFile(DatasetError.UnsupportedType,
                $"Column '{column}' is of type {duckDbType}, which holds neither numbers nor text."),
        };
    }

    private static bool IsNested(string type) =>
        type.EndsWith(']')
        || type.StartsWith("STRUCT", StringComparison.Ordinal)
        || type.StartsWith("MAP", StringComparison.Ordinal)
        || type.StartsWith("UNION", StringComparison.Ordinal);

    private static string Shortened(string type) => type.Length <= 60 ? type : type[..60] + "…";
}
