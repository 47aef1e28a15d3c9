using System.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>The kinds of cells met in one column of text so far, and how they are to be read together.</summary>
internal sealed class ColumnTally
{
    private const CellKinds PlainNumbers =
        CellKinds.Integer | CellKinds.Decimal | CellKinds.PointGroup | CellKinds.NonFinite | CellKinds.Enormous;

    private const CellKinds Numbers =
        PlainNumbers | CellKinds.DecimalComma | CellKinds.Grouped | CellKinds.CommaGroup | CellKinds.Spaced;

    private readonly Dictionary<string, long> _markers = new(StringComparer.Ordinal);
    private CellKinds _seen;

    /// <summary>The first NaN or infinity; null if there is none.</summary>
    public CellPlace? FirstNonFinite { get; private set; }

    /// <summary>The first number that is too large; null if there is none.</summary>
    public CellPlace? FirstEnormous { get; private set; }

    /// <summary>How many whole numbers begin with a zero, as codes do.</summary>
    public long LeadingZeros { get; private set; }

    /// <summary>How many times have digits beyond the microsecond.</summary>
    public long FinerTimes { get; private set; }

    /// <summary>True once there is text in the column: nothing makes it anything else.</summary>
    public bool IsText => (_seen & CellKinds.Text) != CellKinds.Missing;

    /// <summary>The words for a missing value that were met, with how often.</summary>
    public IReadOnlyDictionary<string, long> Markers => _markers;

    public bool IsNumeric => Values != CellKinds.Missing && (Values & ~Numbers) == CellKinds.Missing;

    /// <summary>Whether only a decimal comma explains the numbers.</summary>
    public bool HasDecimalComma => IsNumeric && Has(CellKinds.DecimalComma) && !Has(CellKinds.Grouped | CellKinds.Decimal);

    /// <summary>Whether only a decimal point explains the numbers.</summary>
    public bool HasDecimalPoint => IsNumeric && Has(CellKinds.Grouped | CellKinds.Decimal) && !Has(CellKinds.DecimalComma);

    private CellKinds Values => _seen & ~CellKinds.Marker;

    public void Add(CellKinds kind, ReadOnlySpan<byte> cell, long row, long line)
    {
        _seen |= kind;
        switch (kind)
        {
            case CellKinds.NonFinite:
                FirstNonFinite ??= new CellPlace(row, line);
                break;
            case CellKinds.Enormous:
                FirstEnormous ??= new CellPlace(row, line);
                break;
            case CellKinds.Integer:
                LeadingZeros += HasLeadingZero(cell.Trim((byte)' ')) ? 1 : 0;
                break;
            case CellKinds.Timestamp:
                FinerTimes += TimestampText.IsFiner(cell) ? 1 : 0;
                break;
            case CellKinds.Marker:
                var marker = Encoding.UTF8.GetString(cell.Trim((byte)' '));
                _markers[marker] = _markers.GetValueOrDefault(marker) + 1;
                break;
        }
    }

    /// <summary>How the column is to be read.</summary>
    /// <param name="usual">What the file's other columns, or its delimiter, say of a comma that could mean either.</param>
    /// <param name="isCommaFile">Whether other columns have decimal commas for certain.</param>
    public ColumnReading Read(CommaMeaning usual, bool isCommaFile)
    {
        var values = Values;
        if (values is CellKinds.Missing)
            return new ColumnReading(ColumnType.Text, IsEmpty: true);
        if (values is CellKinds.Boolean)
            return new ColumnReading(ColumnType.Boolean);
        if (values is CellKinds.Timestamp)
            return new ColumnReading(ColumnType.Timestamp);
        if (!IsNumeric || (Has(CellKinds.DecimalComma) && Has(CellKinds.Grouped | CellKinds.Decimal)))
            return new ColumnReading(ColumnType.Text);
        if ((values & ~PlainNumbers) == CellKinds.Missing)
            return Plain(values, isCommaFile);
        if (HasDecimalComma)
            return new ColumnReading(ColumnType.Float64, NumberNotation.Comma);
        if (HasDecimalPoint)
            return new ColumnReading(ColumnType.Float64, NumberNotation.Grouped);
        if (!Has(CellKinds.CommaGroup))
            return Spaced(usual);
        return usual switch
        {
            CommaMeaning.Decimal => new ColumnReading(ColumnType.Float64, NumberNotation.Comma, IsDoubtful: true),
            CommaMeaning.Thousands => new ColumnReading(ColumnType.Float64, NumberNotation.Grouped, IsDoubtful: true),
            _ => new ColumnReading(ColumnType.Text),
        };
    }

    private ColumnReading Spaced(CommaMeaning usual) => Has(CellKinds.PointGroup)
        ? new ColumnReading(ColumnType.Float64, usual is CommaMeaning.Decimal ? NumberNotation.Comma : NumberNotation.Grouped, true)
        : new ColumnReading(ColumnType.Float64, NumberNotation.Grouped);

    // Where a file writes decimal commas, a point before three digits stands between thousands.
    private static ColumnReading Plain(CellKinds values, bool isCommaFile) =>
        values is CellKinds.Integer ? new ColumnReading(ColumnType.Int64)
        : isCommaFile && (values & ~(CellKinds.Integer | CellKinds.PointGroup)) == CellKinds.Missing
            ? new ColumnReading(ColumnType.Float64, NumberNotation.Comma, IsDoubtful: true)
            : new ColumnReading(ColumnType.Float64);

    private static bool HasLeadingZero(ReadOnlySpan<byte> cell) => cell.Length > 1 && cell[0] == '0';

    private bool Has(CellKinds kinds) => (_seen & kinds) != CellKinds.Missing;
}

/// <summary>Where a cell is; the line is 0 where a format has none.</summary>
internal sealed record CellPlace(long Row, long Line);

/// <summary>What a comma before three digits means.</summary>
internal enum CommaMeaning
{
    /// <summary>Nothing tells.</summary>
    Unknown,

    /// <summary>The decimals follow.</summary>
    Decimal,

    /// <summary>It stands between thousands.</summary>
    Thousands,
}

/// <summary>How the cells of a column are to be read.</summary>
/// <param name="Type">What they are.</param>
/// <param name="Notation">How its numbers are written.</param>
/// <param name="IsDoubtful">Whether the numbers could be read otherwise, too.</param>
/// <param name="IsEmpty">Whether no cell holds a value.</param>
internal sealed record ColumnReading(
    ColumnType Type, NumberNotation Notation = NumberNotation.Point, bool IsDoubtful = false, bool IsEmpty = false);
