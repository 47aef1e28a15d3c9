using System.Numerics;
using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.DuckDb;
using EventSourcedAnomaly.Datasets.Sources;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Computes a profile from the loaded table, column by column, in memory that does not grow with the rows.</summary>
internal static class ProfileComputation
{
    private const double MicrosecondsPerSecond = 1e6;

    public static DatasetProfile Run(
        DuckDBConnection connection, IReadOnlyList<DatasetColumn> columns, long rows, IReadOnlyList<ReadingRemark> remarks,
        CancellationToken ct)
    {
        var present = PresentCells(connection, columns.Count, ct);
        var moments = MomentsOf(connection, columns, ct);
        var profiles = new ColumnProfile[columns.Count];
        var unread = new List<UnreadText>();
        for (var i = 0; i < profiles.Length; i++)
        {
            profiles[i] = columns[i].Type switch
            {
                ColumnType.Text => TextProfile(connection, columns[i], i, rows, present[i], ct),
                ColumnType.Float64 => NumberProfile<double>(connection, columns[i], i, rows, moments[i], ct),
                _ => NumberProfile<long>(connection, columns[i], i, rows, moments[i], ct),
            };
            if (columns[i].Type is ColumnType.Text && present[i] > 0)
                unread.Add(UnreadText.Of(connection, columns[i].Name, i, present[i], ct));
            profiles[i] = profiles[i] with
            {
                MissingMarkers = remarks.FirstOrDefault(r => r.Type == ReadingRemark.MissingType && r.Column == columns[i].Name)?.Spellings,
                NumberNotation = remarks.FirstOrDefault(r => r.Notation is not null && r.Column == columns[i].Name)?.Notation,
            };
        }
        var duplicates = rows - DistinctRows(connection, columns.Count, ct);
        var constant = profiles.Where(p => p.UniqueCount <= 1).Select(p => p.Name).ToArray();
        return new DatasetProfile(rows, profiles, duplicates,
            constant, QualityAssessment.Of(rows, profiles, duplicates, constant, unread, remarks));
    }

    private static long[] PresentCells(DuckDBConnection connection, int columns, CancellationToken ct)
    {
        var counts = new long[columns];
        var each = string.Join(", ", Enumerable.Range(0, columns).Select(i => $"count(c{i})"));
        foreach (var row in connection.Query($"SELECT {each} FROM {Table.Name}", ct))
        {
            for (var i = 0; i < columns; i++)
                counts[i] = row.GetInt64(i);
        }
        return counts;
    }

    private static Moments[] MomentsOf(DuckDBConnection connection, IReadOnlyList<DatasetColumn> columns, CancellationToken ct)
    {
        var moments = columns.Select(_ => new Moments()).ToArray();
        var numbers = Enumerable.Range(0, columns.Count).Where(i => columns[i].Type is not ColumnType.Text).ToArray();
        if (numbers.Length == 0)
            return moments;
        var units = numbers.Select(i => Unit(columns[i].Type)).ToArray();
        var each = string.Join(", ", numbers.Select(i => $"({Number(i, columns[i].Type)})::DOUBLE"));
        foreach (var row in connection.Query($"SELECT {each} FROM {Table.Name}", ct))
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                if (!row.IsDBNull(i))
                    moments[numbers[i]].Add(row.GetDouble(i) / units[i]);
            }
        }
        return moments;
    }

    private static ColumnProfile TextProfile(DuckDBConnection connection, DatasetColumn column, int position, long rows,
        long present, CancellationToken ct)
    {
        var unique = connection.Number($"SELECT count(DISTINCT c{position}) FROM {Table.Name}", ct);
        return new ColumnProfile(column.Name, column.Type, rows - present, unique, Statistics: null);
    }

    private static ColumnProfile NumberProfile<T>(
        DuckDBConnection connection, DatasetColumn column, int position, long rows, Moments moments, CancellationToken ct)
        where T : unmanaged, INumber<T>
    {
        var sorted = SortedColumn<T>.Of(connection, Number(position, column.Type), moments.Count, ct);
        var unit = Unit(column.Type);
        var (least, greatest) = (double.CreateChecked(sorted.Min) / unit, double.CreateChecked(sorted.Max) / unit);
        var statistics = moments.Count == 0
            ? null
            : new ColumnStatistics(moments.Mean, moments.Std, least, greatest, sorted.Quartiles(unit));
        return new ColumnProfile(column.Name, column.Type, rows - moments.Count, sorted.UniqueCount, statistics);
    }

    /// <summary>
    /// Rows are told apart by two 64-bit hashes, over the columns forwards and backwards: wide rows need not be kept, and two different
    /// ones among a hundred million meet with a chance of one in 10^22.
    /// </summary>
    private static long DistinctRows(DuckDBConnection connection, int columns, CancellationToken ct)
    {
        var forwards = string.Join(", ", Enumerable.Range(0, columns).Select(i => $"c{i}"));
        var backwards = string.Join(", ", Enumerable.Range(0, columns).Reverse().Select(i => $"c{i}"));
        return connection.Number(
            $"SELECT count(*) FROM (SELECT DISTINCT hash({forwards}) AS f, hash('backwards', {backwards}) AS b FROM {Table.Name})", ct);
    }

    private static string Number(int position, ColumnType type) => type switch
    {
        ColumnType.Timestamp => $"epoch_us(c{position})",
        ColumnType.Boolean => $"c{position}::BIGINT",
        _ => $"c{position}",
    };

    private static double Unit(ColumnType type) => type is ColumnType.Timestamp ? MicrosecondsPerSecond : 1;
}
