using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>A column as DuckDB describes it.</summary>
internal sealed record Description(string Name, string Type)
{
    public static IReadOnlyList<Description> Of(Connection connection, string query, CancellationToken ct)
    {
        var columns = new List<Description>();
        foreach (var batch in connection.Query("DESCRIBE " + query, ct))
        {
            for (var row = 0; row < batch.RowCount; row++)
                columns.Add(new Description(batch.Text(0, row), batch.Text(1, row)));
        }
        return columns;
    }
}
