using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Streams the table as chunks, one in memory at a time.</summary>
internal static class ChunkReading
{
    public static IEnumerable<DatasetChunk> Read(Database database, IReadOnlyList<DatasetColumn> columns, int rowsPerChunk, CancellationToken ct)
    {
        using var connection = database.Connect();
        ColumnBuilder[]? builders = null;
        var filled = 0;
        foreach (var batch in connection.Query($"SELECT * FROM {Table.Name}", ct))
        {
            for (var from = 0; from < batch.RowCount;)
            {
                builders ??= [.. columns.Select((c, i) => ColumnBuilder.For(c.Type, i, rowsPerChunk))];
                var count = Math.Min(batch.RowCount - from, rowsPerChunk - filled);
                foreach (var builder in builders)
                    builder.Take(batch, from, count, filled);
                from += count;
                filled += count;
                if (filled < rowsPerChunk)
                    continue;
                yield return Build(builders, filled);
                builders = null;
                filled = 0;
            }
        }
        if (builders is not null)
            yield return Build(builders, filled);
    }

    private static DatasetChunk Build(ColumnBuilder[] builders, int rows) => new([.. builders.Select(b => b.Build(rows))]);
}
