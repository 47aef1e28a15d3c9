using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Streams the table as chunks, one in memory at a time.</summary>
internal static class ChunkReading
{
    public static IEnumerable<DatasetChunk> Read(Database database, IReadOnlyList<DatasetColumn> columns,
        int rowsPerChunk, CancellationToken ct)
    {
        using var connection = database.Connect();
        ColumnBuilder[]? builders = null;
        var filled = 0;
        // A time is asked for as its microseconds: a file's offset may carry it beyond the years that DateTime has.
        var values = string.Join(", ", columns.Select((c, i) => c.Type is ColumnType.Timestamp ? $"epoch_us(c{i})" : $"c{i}"));
        foreach (var row in connection.Query($"SELECT {values} FROM {Table.Name}", ct))
        {
            builders ??= [.. columns.Select((c, i) => ColumnBuilder.For(c.Type, i, rowsPerChunk))];
            foreach (var builder in builders)
                builder.Take(row, filled);
            if (++filled < rowsPerChunk)
                continue;
            yield return Build(builders, filled);
            builders = null;
            filled = 0;
        }
        if (builders is not null)
            yield return Build(builders, filled);
    }

    private static DatasetChunk Build(ColumnBuilder[] builders, int rows) => new([.. builders.Select(b => b.Build(rows))]);
}
