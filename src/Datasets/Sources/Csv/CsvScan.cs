using System.Text;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>
/// Reads a CSV file once from end to end: checks that it is a table (encoding, quotes, equal records, names, limits) and finds the
/// type of every column from all of its cells.
/// </summary>
internal sealed class CsvScan
{
    private readonly ReadLimits _limits;
    private readonly List<ReadingRemark> _remarks = [];
    private ColumnTally[] _tallies = [];

    private CsvScan(CsvDialect dialect, ReadLimits limits)
    {
        Dialect = dialect;
        _limits = limits;
    }

    public CsvDialect Dialect { get; }

    public IReadOnlyList<string> Names { get; private set; } = [];

    public IReadOnlyList<ColumnTally> Tallies => _tallies;

    /// <summary>What is to be said of header and names.</summary>
    public IReadOnlyList<ReadingRemark> Remarks => _remarks;

    public long RowCount { get; private set; }

    public static CsvScan Of(string path, ReadOptions options, ReadLimits limits, CancellationToken ct)
    {
        var (start, isWhole) = CsvRecords.Start(path);
        var scan = new CsvScan(CsvDialect.Detect(start, isWhole, options), limits);
        CsvRecords.Read(path, scan.Dialect, limits.MaxColumns, scan.Take, ct);
        if (scan._tallies.Length == 0)
            throw DatasetException.OfFile(DatasetError.Empty, "The file holds nothing but blank lines.");
        if (scan.RowCount == 0)
            throw DatasetException.OfFile(DatasetError.NoRows, "The file has a header but no rows.");
        if (scan.Dialect.IsHeaderDoubtful)
            scan._remarks.Add(ReadingRemark.Header(scan.Dialect.HasHeader));
        return scan;
    }

    private void Take(ReadOnlySpan<byte> text, CsvRecord record, long line)
    {
        if (_tallies.Length == 0)
        {
            Begin(text, record);
            if (Dialect.HasHeader)
                return;
        }
        if (record.FieldCount != _tallies.Length)
            throw Ragged(text, record, line);
        if (++RowCount > _limits.MaxRows)
            throw DatasetException.OfFile(DatasetError.TooManyRows, $"The file has more than {_limits.MaxRows:N0} rows.");
        for (var i = 0; i < _tallies.Length; i++)
        {
            if (_tallies[i].IsText)
                continue;
            var cell = text[record.Field(i)];
            _tallies[i].Add(CellKind.Of(cell), cell, RowCount, line);
        }
    }

    private void Begin(ReadOnlySpan<byte> text, CsvRecord record)
    {
        var count = record.FieldCount + (Dialect.HasHeader ? Dialect.UnnamedIndexColumns : 0);
        ColumnNames.CheckCount(count, _limits);
        var names = new string?[count];
        for (var i = 0; i < record.FieldCount && Dialect.HasHeader; i++)
        {
            names[count - record.FieldCount + i] =
                Encoding.UTF8.GetString(text[record.Field(i)]).Replace("\"\"", "\"", StringComparison.Ordinal).Trim();
        }
        Names = ColumnNames.Complete(names, out var made);
        if (Dialect.HasHeader && made.Count > 0)
            _remarks.Add(ReadingRemark.Unnamed(made));
        _tallies = [.. Names.Select(_ => new ColumnTally())];
    }

    private DatasetException Ragged(ReadOnlySpan<byte> text, CsvRecord record, long line) => DatasetException.OfFile(
        DatasetError.RaggedRow,
        $"Line {line} has {record.FieldCount} fields where {_tallies.Length} were expected (delimiter '{Dialect.Delimiter}')."
        + (text.StartsWith("#"u8) ? " It looks like a comment; comments are taken above the header only." : ""));
}
