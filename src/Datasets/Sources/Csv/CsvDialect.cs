using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>How a CSV file separates its fields, where its table begins, and whether the first record names the columns.</summary>
/// <param name="Delimiter">What separates the fields.</param>
/// <param name="PreambleBytes">What stands before the table: a byte order mark, Excel's <c>sep=;</c>, comments.</param>
/// <param name="HasHeader">Whether the first record names the columns.</param>
/// <param name="IsHeaderDoubtful">Whether it might as well be otherwise.</param>
/// <param name="UnnamedIndexColumns">How many columns the rows have before those that the header names.</param>
internal sealed record CsvDialect(
    char Delimiter, int PreambleBytes, bool HasHeader, bool IsHeaderDoubtful = false, int UnnamedIndexColumns = 0)
{
    private const int SampleRecords = 100;
    private const int SampleFields = 64;
    private static readonly char[] Candidates = [',', ';', '\t', '|'];

    /// <summary>Reads the dialect off the beginning of the file, where the options leave it open.</summary>
    public static CsvDialect Detect(ReadOnlySpan<byte> start, bool isWhole, ReadOptions options)
    {
        if (options.Delimiter is { } stated && (stated is '"' or '\n' or '\r' || stated > 127))
            throw new DatasetException(DatasetError.Unreadable,
                "delimiter", "The delimiter must be one ASCII character other than a quote or a line end.");
        var preamble = start.StartsWith("\uFEFF"u8) ? 3 : 0;
        preamble += Declaration(start[preamble..], out var declared);
        var (lastComment, end) = Comments(start[preamble..]);
        var table = start[(preamble + end)..];
        var delimiter = options.Delimiter ?? declared ?? RegularDelimiter(table, isWhole);
        var header = options.HasHeader is { } known ? CsvHeader.Stated(table, isWhole, delimiter, known)
            : CsvHeader.Detect(table, isWhole, delimiter);
        // A line like '#id,value' above rows without a header is the header.
        if (end > 0 && (options.HasHeader ?? !header.IsPresent)
            && FieldCounts(start[(preamble + lastComment)..], isWhole, delimiter) is [> 1 and var names, var fields, ..] && names == fields)
            return new CsvDialect(delimiter, preamble + lastComment, HasHeader: true);
        return new CsvDialect(delimiter, preamble + end, header.IsPresent, header.IsDoubtful, header.UnnamedIndexColumns);
    }

    /// <summary>The length of a first line <c>sep=;</c>, as Excel writes and heeds it; 0 when there is none.</summary>
    private static int Declaration(ReadOnlySpan<byte> text, out char? delimiter)
    {
        delimiter = null;
        var length = LineLength(text);
        var line = text[..length].TrimEnd("\r\n"u8);
        if (line.Length != 5 || !System.Text.Ascii.EqualsIgnoreCase(line[..4], "sep="u8) || line[4] is (byte)'"' or > 127)
            return 0;
        delimiter = (char)line[4];
        return length;
    }

    /// <summary>Where the last of the comment lines at the beginning starts, and where they end; (0, 0) when there is none.</summary>
    private static (int Last, int End) Comments(ReadOnlySpan<byte> text)
    {
        int last = 0, end = 0;
        for (var position = 0; position < text.Length;)
        {
            var length = LineLength(text[position..]);
            var line = text.Slice(position, length).Trim(" \t\r\n"u8);
            if (line.StartsWith("#"u8))
                (last, end) = (position, position + length);
            else if (!line.IsEmpty)
                return (last, end);
            position += length;
        }
        return (0, 0);
    }

    private static int LineLength(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny((byte)'\n', (byte)'\r');
        return end < 0 ? text.Length : end + (text[end..].StartsWith("\r\n"u8) ? 2 : 1);
    }

    /// <summary>The delimiter by which most records have as many fields as the first, and the first has more than one.</summary>
    private static char RegularDelimiter(ReadOnlySpan<byte> start, bool isWhole)
    {
        var best = (Delimiter: ',', Agreement: 0.0, Fields: 1);
        foreach (var candidate in Candidates)
        {
            var counts = FieldCounts(start, isWhole, candidate);
            if (counts.Count == 0 || counts[0] < 2)
                continue;
            var agreement = counts.Count(c => c == counts[0]) / (double)counts.Count;
            if (agreement > best.Agreement || (agreement >= best.Agreement && counts[0] > best.Fields)
                || (agreement >= best.Agreement && best.Delimiter == ',' && HasDecimalCommas(start, isWhole, candidate)))
                best = (candidate, agreement, counts[0]);
        }
        return best.Delimiter;
    }

    /// <summary>Whether a delimiter leaves numbers with a decimal comma, so that the comma is none itself.</summary>
    private static bool HasDecimalCommas(ReadOnlySpan<byte> text, bool isWhole, char delimiter)
    {
        var record = new CsvRecord((byte)delimiter, SampleFields);
        var found = false;
        for (var records = 0; records < SampleRecords && !text.IsEmpty && record.Read(text, isWhole) == RecordEnd.Complete; records++)
        {
            for (var i = 0; i < Math.Min(record.FieldCount, SampleFields); i++)
            {
                var kind = CellKind.Of(text[record.Field(i)]);
                found |= kind == CellKinds.DecimalComma;
                if (kind == CellKinds.Text && text[record.Field(i)].Contains((byte)','))
                    return false;
            }
            text = text[record.Length..];
        }
        return found;
    }

    private static List<int> FieldCounts(ReadOnlySpan<byte> text, bool isWhole, char delimiter)
    {
        var record = new CsvRecord((byte)delimiter, maxFields: 0);
        var counts = new List<int>();
        while (counts.Count < SampleRecords && !text.IsEmpty && record.Read(text, isWhole) == RecordEnd.Complete)
        {
            if (!record.IsBlank)
                counts.Add(record.FieldCount);
            text = text[record.Length..];
        }
        return counts;
    }
}
