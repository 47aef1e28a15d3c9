using System.Globalization;
using System.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>What a CSV cell's text looks like; flags, so that a column's kinds add up.</summary>
[Flags]
internal enum CellKinds
{
    Missing = 0,
    Integer = 1,
    Decimal = 2,
    NonFinite = 4,
    Boolean = 8,
    Timestamp = 16,
    Text = 32,

    /// <summary>A word that stands for a missing value, like <c>NA</c>.</summary>
    Marker = 64,

    /// <summary>A number beyond what statistics over it could hold.</summary>
    Enormous = 128,

    /// <summary>One to three digits, a point and three more: a decimal, or thousands where the comma is decimal.</summary>
    PointGroup = 256,

    /// <summary>A number that only a decimal comma explains: <c>12,5</c>, <c>1.234.567,8</c>.</summary>
    DecimalComma = 512,

    /// <summary>A number that only commas between thousands explain: <c>9,852,000.00</c>.</summary>
    Grouped = 1024,

    /// <summary>One to three digits, a comma and three more: either of the two before.</summary>
    CommaGroup = 2048,

    /// <summary>A whole number with spaces or apostrophes between its thousands.</summary>
    Spaced = 4096,
}

/// <summary>Tells the kind of a cell from its text: the one place that decides what is a number, a time or a missing value.</summary>
internal static class CellKind
{
    private const int SafeIntegerDigits = 18;
    private const int SafeDecimalDigits = 100;
    private const int GroupDigits = 3;

    public static CellKinds Of(ReadOnlySpan<byte> cell)
    {
        cell = cell.Trim((byte)' ');
        if (cell.IsEmpty)
            return CellKinds.Missing;
        var position = cell[0] is (byte)'+' or (byte)'-' ? 1 : 0;
        var whole = Digits(cell, ref position);
        if (position == cell.Length && whole > 0)
            return whole <= SafeIntegerDigits ? CellKinds.Integer : LongInteger(cell);
        if (whole == 4 && position == 4 && cell[4] == (byte)'-')
            return TimestampText.TryParse(cell, out _) ? CellKinds.Timestamp : CellKinds.Text;
        var fraction = 0;
        if (cell.Length > position && cell[position] == (byte)'.')
        {
            position++;
            fraction = Digits(cell, ref position);
        }
        if (whole + fraction == 0)
            return Word(cell);
        if (position == cell.Length)
        {
            if (fraction == GroupDigits && whole is > 0 and <= GroupDigits && cell[^(whole + fraction + 1)] != '0')
                return CellKinds.PointGroup;
            return whole <= SafeDecimalDigits ? CellKinds.Decimal : Finite(cell);
        }
        return IsExponent(cell[position..]) ? Finite(cell) : NumberNotations.KindOf(cell);
    }

    private static int Digits(ReadOnlySpan<byte> cell, ref int position)
    {
        var start = position;
        while (position < cell.Length && (uint)(cell[position] - '0') <= 9)
            position++;
        return position - start;
    }

    private static bool IsExponent(ReadOnlySpan<byte> rest)
    {
        if (rest[0] is not ((byte)'e' or (byte)'E') || rest.Length < 2)
            return false;
        var position = rest[1] is (byte)'+' or (byte)'-' ? 2 : 1;
        return Digits(rest, ref position) > 0 && position == rest.Length;
    }

    private static CellKinds LongInteger(ReadOnlySpan<byte> cell) =>
        long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? CellKinds.Integer : Finite(cell);

    private static CellKinds Finite(ReadOnlySpan<byte> cell) =>
        !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)
            ? CellKinds.NonFinite
            : Math.Abs(value) > DatasetNumber.Largest ? CellKinds.Enormous : CellKinds.Decimal;

    private static CellKinds Word(ReadOnlySpan<byte> cell)
    {
        if (Is(cell, "true"u8) || Is(cell, "false"u8))
            return CellKinds.Boolean;
        if (MissingMarkers.Contains(cell))
            return CellKinds.Marker;
        if (NumberNotations.KindOf(cell) is var number and not CellKinds.Text)
            return number;
        if (cell[0] is (byte)'+' or (byte)'-')
            cell = cell[1..];
        return Is(cell, "nan"u8) || Is(cell, "inf"u8) || Is(cell, "infinity"u8)
            ? CellKinds.NonFinite : CellKinds.Text;
    }

    private static bool Is(ReadOnlySpan<byte> cell, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(cell, word);
}
