using System.Text;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>
/// Reads a CSV file once from end to end: checks that it is a table (encoding, quotes, equal records, names, limits) and finds the
/// type of every column from all of its cells. What passes is parsed by DuckDB without guessing.
/// </summary>
internal sealed class CsvScan
{
    /// <summary>The longest record; a quote that is never closed is found out after this much.</summary>
    public const int MaxRecordBytes = 1 << 20;

    private const int BufferBytes = 4 * MaxRecordBytes;
    private readonly ReadLimits _limits;
    private readonly Utf8Check _utf8 = new();
    private CsvRecord _record = null!;
    private ColumnTally[] _tallies = [];
    private long _line = 1;
    private long _rows;

    private CsvScan(ReadLimits limits) => _limits = limits;

    public CsvDialect Dialect { get; private set; } = null!;

    public IReadOnlyList<string> Names { get; private set; } = [];

    public IReadOnlyList<ColumnTally> Tallies => _tallies;

    public long RowCount => _rows;

    public static CsvScan Of(string path, ReadOptions options, ReadLimits limits, CancellationToken ct)
    {
        var scan = new CsvScan(limits);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        scan.Run(file, options, ct);
        scan.CheckResult();
        return scan;
    }

    private void Run(FileStream file, ReadOptions options, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        int filled = 0, valid = 0;
        for (var isLast = false; !isLast;)
        {
            ct.ThrowIfCancellationRequested();
            var read = file.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
            isLast = filled + read < buffer.Length;
            filled += read;
            valid += _utf8.Advance(buffer.AsSpan(valid, filled - valid), isLast);
            ReadOnlySpan<byte> text = buffer.AsSpan(0, valid);
            if (Dialect is null)
            {
                text = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
                Dialect = CsvDialect.Detect(text[..Math.Min(text.Length, MaxRecordBytes)], isLast
                    && text.Length <= MaxRecordBytes, options);
                _record = new CsvRecord((byte)Dialect.Delimiter, _limits.MaxColumns);
            }
            var used = valid - text.Length + ReadRecords(text, isLast);
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            valid -= used;
        }
    }

    private int ReadRecords(ReadOnlySpan<byte> text, bool isLast)
    {
        var position = 0;
        while (position < text.Length)
        {
            var end = _record.Read(text[position..], isLast);
            if (end == RecordEnd.Unfinished && text.Length - position <= MaxRecordBytes)
                return position;
            if (end != RecordEnd.Complete || _record.Length > MaxRecordBytes)
                throw Unreadable(end, text[position..]);
            if (!_record.IsBlank || _tallies.Length == 1)
                Take(text.Slice(position, _record.Length));
            _line += LineEnds(text.Slice(position, _record.Length));
            position += _record.Length;
        }
        return position;
    }

    private void Take(ReadOnlySpan<byte> record)
    {
        if (_tallies.Length == 0)
        {
            Begin(record);
            if (Dialect.HasHeader)
                return;
        }
        if (_record.FieldCount != _tallies.Length)
            throw Ragged();
        if (++_rows > _limits.MaxRows)
            throw DatasetException.OfFile(DatasetError.TooManyRows, $"The file has more than {_limits.MaxRows:N0} rows.");
        for (var i = 0; i < _tallies.Length; i++)
        {
            if (!_tallies[i].IsText)
                _tallies[i].Add(CellKind.Of(record[_record.Field(i)]), _rows, _line);
        }
    }

    private void Begin(ReadOnlySpan<byte> record)
    {
        ColumnNames.CheckCount(_record.FieldCount, _limits);
        var names = new string[_record.FieldCount];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Dialect.HasHeader
                ? Encoding.UTF8.GetString(record[_record.Field(i)]).Replace("\"\"", "\"", StringComparison.Ordinal).Trim()
                : $"column{i}";
        }
        ColumnNames.Check(names);
        Names = names;
        _tallies = [.. names.Select(_ => new ColumnTally())];
    }

    private void CheckResult()
    {
        if (_tallies.Length == 0)
            throw DatasetException.OfFile(DatasetError.Empty, "The file holds nothing but blank lines.");
        if (_rows == 0)
            throw DatasetException.OfFile(DatasetError.NoRows, "The file has a header but no rows.");
        for (var i = 0; i < _tallies.Length; i++)
        {
            if (_tallies[i].HasNonFiniteNumber)
                throw NonFiniteCell.Error(Names[i], _tallies[i].FirstNonFiniteRow, $" (line {_tallies[i].FirstNonFiniteLine})");
        }
    }

    private DatasetException Ragged() => DatasetException.OfFile(
        DatasetError.RaggedRow,
        $"Line {_line} has {_record.FieldCount} fields where {_tallies.Length} were expected (delimiter '{Dialect.Delimiter}').");

    private DatasetException Unreadable(RecordEnd end, ReadOnlySpan<byte> rest) => end switch
    {
        RecordEnd.AfterQuote => DatasetException.OfFile(
            DatasetError.Quotes,
            $"The record on line {_line} goes on after a closing quote; a quote inside a quoted field is written twice."),
        _ when end == RecordEnd.OpenQuote || rest[..MaxRecordBytes].Contains((byte)'"') => DatasetException.OfFile(
            DatasetError.Quotes, $"A quoted field in the record that begins on line {_line} is not closed."),
        _ => DatasetException.OfFile(DatasetError.TooLarge, $"The record on line {_line} is longer than {MaxRecordBytes:N0} bytes."),
    };

    /// <summary>Line feeds, or carriage returns where a file has only those.</summary>
    private static int LineEnds(ReadOnlySpan<byte> record)
    {
        var feeds = record.Count((byte)'\n');
        return feeds > 0 ? feeds : record.Count((byte)'\r');
    }
}
