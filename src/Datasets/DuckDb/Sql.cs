namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>Quoting for statements that cannot take parameters.</summary>
internal static class Sql
{
    public static string Text(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";

    public static string Name(string value) => "\"" + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
