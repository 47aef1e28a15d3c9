using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>A column as DuckDB describes it.</summary>
internal sealed record Description(string Name, string Type)
{
    public static IReadOnlyList<Description> Of(DuckDBConnection connection, string query, CancellationToken ct) =>
        [.. connection.Query("DESCRIBE " + query, ct).Select(row => new Description(row.GetString(0), row.GetString(1)))];
}
