using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>Takes a record of a CSV file.</summary>
/// <param name="text">The record.</param>
/// <param name="record">Where its fields lie in the text.</param>
/// <param name="line">The line it begins on, from 1.</param>
internal delegate void RecordHandler(ReadOnlySpan<byte> text, CsvRecord record, long line);

/// <summary>
/// Splits a CSV file into records, whatever its lines end with, and hands them on in order; blank lines that hold no row are left out.
/// </summary>
internal sealed class CsvRecords
{
    /// <summary>The longest record; a quote that is never closed is found out after this much.</summary>
    public const int MaxRecordBytes = 1 << 20;

    private const int BufferBytes = 4 * MaxRecordBytes;
    private readonly CsvDialect _dialect;
    private readonly Utf8Check _utf8 = new();
    private readonly CsvRecord _record;
    private long _line = 1;
    private bool _isSingle;
    private bool _hasBegun;

    private CsvRecords(CsvDialect dialect, int maxColumns)
    {
        _dialect = dialect;
        _record = new CsvRecord((byte)dialect.Delimiter, maxColumns);
    }

    /// <summary>The beginning of a file, as much as the dialect is read off.</summary>
    public static (byte[] Text, bool IsWhole) Start(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var start = new byte[MaxRecordBytes];
        var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return (start[..read], read < start.Length);
    }

    public static void Read(string path, CsvDialect dialect, int maxColumns, RecordHandler handle, CancellationToken ct)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        new CsvRecords(dialect, maxColumns).Run(file, handle, ct);
    }

    private void Run(FileStream file, RecordHandler handle, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        int filled = 0, valid = 0;
        var preamble = _dialect.PreambleBytes;
        for (var isLast = false; !isLast;)
        {
            ct.ThrowIfCancellationRequested();
            var read = file.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
            isLast = filled + read < buffer.Length;
            filled += read;
            valid += _utf8.Advance(buffer.AsSpan(valid, filled - valid), isLast);
            _line += LineEnds(buffer.AsSpan(0, preamble));
            var used = preamble + ReadRecords(buffer.AsSpan(preamble, valid - preamble), isLast, handle);
            preamble = 0;
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            valid -= used;
        }
    }

    private int ReadRecords(ReadOnlySpan<byte> text, bool isLast, RecordHandler handle)
    {
        var position = 0;
        while (position < text.Length)
        {
            var end = _record.Read(text[position..], isLast);
            if (end == RecordEnd.Unfinished && text.Length - position <= MaxRecordBytes)
                return position;
            if (end != RecordEnd.Complete || _record.Length > MaxRecordBytes)
                throw Unreadable(end, text[position..]);
            var record = text.Slice(position, _record.Length);
            if (!IsBlank(record))
            {
                _isSingle = _hasBegun ? _isSingle : _record.FieldCount == 1;
                _hasBegun = true;
                handle(record, _record, _line);
            }
            _line += LineEnds(record);
            position += _record.Length;
        }
        return position;
    }

    /// <summary>A blank line in a single column is a missing value.</summary>
    private bool IsBlank(ReadOnlySpan<byte> record) =>
        !_isSingle && _record.FieldCount == 1 && !record.ContainsAnyExcept(" \t\r\n"u8);

    private DatasetException Unreadable(RecordEnd end, ReadOnlySpan<byte> rest) => end switch
    {
        RecordEnd.AfterQuote => DatasetException.OfFile(
            DatasetError.Quotes,
            $"The record on line {_line} goes on after a closing quote; a quote inside a quoted field is written twice."),
        RecordEnd.Complete => TooLong(),
        _ when end == RecordEnd.OpenQuote || rest[..Math.Min(MaxRecordBytes, rest.Length)].Contains((byte)'"') => DatasetException.OfFile(
            DatasetError.Quotes,
            $"A quoted field in the record that begins on line {_line} is not closed within {MaxRecordBytes:N0} bytes."),
        _ => TooLong(),
    };

    private DatasetException TooLong() =>
        DatasetException.OfFile(DatasetError.TooLarge, $"The record on line {_line} is longer than {MaxRecordBytes:N0} bytes.");

    /// <summary>Line feeds, or carriage returns where there are only those.</summary>
    private static int LineEnds(ReadOnlySpan<byte> record)
    {
        var feeds = record.Count((byte)'\n');
        return feeds > 0 ? feeds : record.Count((byte)'\r');
    }
}
