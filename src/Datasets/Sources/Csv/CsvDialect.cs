using EventSourcedAnomaly.Datasets.Sources.Text;
namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>How a CSV file separates its fields, and whether its first record names the columns.</summary>
internal sealed record CsvDialect(char Delimiter, bool HasHeader)
{
    private const int SampleRecords = 100;
    private const int SampleFields = 1 << 14;
    private static readonly char[] Candidates = [',', ';', '\t', '|'];

    /// <summary>Reads the dialect off the beginning of the file, where the options leave it open.</summary>
    public static CsvDialect Detect(ReadOnlySpan<byte> start, bool isWhole, ReadOptions options)
    {
        if (options.Delimiter is { } stated && (stated is '"' or '\n' or '\r' || stated > 127))
            throw new DatasetException(DatasetError.Unreadable,
                "delimiter", "The delimiter must be one ASCII character other than a quote or a line end.");
        var delimiter = options.Delimiter ?? RegularDelimiter(start, isWhole);
        return new CsvDialect(delimiter, options.HasHeader ?? FirstRecordIsWords(start, isWhole, delimiter));
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
            if (agreement > best.Agreement || (agreement >= best.Agreement && counts[0] > best.Fields))
                best = (candidate, agreement, counts[0]);
        }
        return best.Delimiter;
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

    private static bool FirstRecordIsWords(ReadOnlySpan<byte> text, bool isWhole, char delimiter)
    {
        const CellKinds Values = CellKinds.Integer | CellKinds.Decimal | CellKinds.NonFinite | CellKinds.Boolean | CellKinds.Timestamp;
        var record = new CsvRecord((byte)delimiter, SampleFields);
        while (!text.IsEmpty && record.Read(text, isWhole) == RecordEnd.Complete && record.IsBlank)
            text = text[record.Length..];
        for (var i = 0; i < Math.Min(record.FieldCount, SampleFields); i++)
        {
            if ((CellKind.Of(text[record.Field(i)]) & Values) != CellKinds.Missing)
                return false;
        }
        return true;
    }
}
