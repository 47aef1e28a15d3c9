using System.Buffers;

namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>How far a record reaches.</summary>
internal enum RecordEnd
{
    /// <summary>The record is whole.</summary>
    Complete,

    /// <summary>More bytes are needed to tell.</summary>
    Unfinished,

    /// <summary>The text ends inside a quoted field.</summary>
    OpenQuote,

    /// <summary>Something follows a closing quote that is neither delimiter nor line end.</summary>
    AfterQuote,
}

/// <summary>
/// Splits one record into its fields by RFC 4180: a field that begins with a quote ends with the next single quote, a doubled quote
/// is a quote, and delimiters and line ends between quotes are text. Elsewhere quotes are text too.
/// </summary>
internal sealed class CsvRecord
{
    private readonly byte _delimiter;
    private readonly SearchValues<byte> _fieldEnds;
    private readonly Range[] _fields;

    public CsvRecord(byte delimiter, int maxFields)
    {
        _delimiter = delimiter;
        _fieldEnds = SearchValues.Create([delimiter, (byte)'\n', (byte)'\r']);
        _fields = new Range[maxFields];
    }

    /// <summary>The number of fields; more than <c>maxFields</c> are counted but not kept.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The bytes the record takes, its line end included.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the record is an empty line, or nothing but blanks.</summary>
    public bool IsBlank { get; private set; }

    /// <summary>Where a field lies in the text given to <see cref="Read"/>, without its quotes.</summary>
    public Range Field(int index) => _fields[index];

    /// <summary>Whether a field stands between quotes, so that those within it are doubled.</summary>
    public bool IsQuoted(ReadOnlySpan<byte> text, int index)
    {
        var start = _fields[index].Start.Value;
        return start > 0 && text[start - 1] == '"';
    }

    public RecordEnd Read(ReadOnlySpan<byte> text, bool isLast)
    {
        FieldCount = 0;
        var position = 0;
        while (true)
        {
            var start = position;
            var contentEnd = start;
            if (position < text.Length && text[position] == '"')
            {
                position = AfterClosingQuote(text, position + 1, isLast);
                if (position < 0)
                    return isLast ? RecordEnd.OpenQuote : RecordEnd.Unfinished;
                start++;
                contentEnd = position - 1;
                if (position < text.Length && !_fieldEnds.Contains(text[position]))
                    return RecordEnd.AfterQuote;
            }
            else
            {
                var length = text[position..].IndexOfAny(_fieldEnds);
                position = length < 0 ? text.Length : position + length;
                contentEnd = position;
            }
            if (FieldCount < _fields.Length)
                _fields[FieldCount] = start..contentEnd;
            FieldCount++;
            if (position < text.Length && text[position] == _delimiter)
                position++;
            else
                return Finish(text, position, contentEnd, isLast);
        }
    }

    private RecordEnd Finish(ReadOnlySpan<byte> text, int position, int contentEnd, bool isLast)
    {
        IsBlank = FieldCount == 1 && !text[..contentEnd].ContainsAnyExcept((byte)' ', (byte)'\t');
        // A carriage return at the very end may be half of a line end.
        if (!isLast && (position == text.Length || (text[position] == '\r' && position + 1 == text.Length)))
            return RecordEnd.Unfinished;
        if (position < text.Length)
            position += text[position] == '\r' && position + 1 < text.Length && text[position + 1] == '\n' ? 2 : 1;
        Length = position;
        return RecordEnd.Complete;
    }

    /// <summary>The position after the quote that closes the field, or -1 when it is not in the text (or could still be doubled).</summary>
    private static int AfterClosingQuote(ReadOnlySpan<byte> text, int position, bool isLast)
    {
        while (true)
        {
            var quote = text[position..].IndexOf((byte)'"');
            if (quote < 0)
                return -1;
            position += quote + 1;
            if (position == text.Length)
                return isLast ? position : -1;
            if (text[position] != '"')
                return position;
            position++;
        }
    }
}
