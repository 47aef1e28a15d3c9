namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>How the numbers of a column are written.</summary>
internal enum NumberNotation
{
    /// <summary>A decimal point: <c>1234.5</c>.</summary>
    Point,

    /// <summary>A decimal comma, and perhaps points, spaces or apostrophes between thousands: <c>1.234,5</c>.</summary>
    Comma,

    /// <summary>A decimal point, and commas, spaces or apostrophes between thousands: <c>1,234.5</c>.</summary>
    Grouped,
}

/// <summary>Numbers with a decimal comma or with marks between their thousands.</summary>
internal static class NumberNotations
{
    private const int MaxLength = 40;
    private const int GroupDigits = 3;
    private const byte Space = (byte)' ';

    /// <summary>Which notations explain a cell that is no plain number; text when none does.</summary>
    public static CellKinds KindOf(ReadOnlySpan<byte> cell)
    {
        if (cell.Length > MaxLength)
            return CellKinds.Text;
        if (cell[0] is (byte)'+' or (byte)'-')
            cell = cell[1..];
        var exponent = cell.IndexOfAny((byte)'e', (byte)'E');
        if (exponent > 0)
            return IsSmallExponent(cell[(exponent + 1)..]) && Kind(cell[..exponent]) == CellKinds.DecimalComma
                ? CellKinds.DecimalComma
                : CellKinds.Text;
        return Kind(cell);
    }

    private static CellKinds Kind(ReadOnlySpan<byte> cell)
    {
        Span<byte> marks = stackalloc byte[MaxLength];
        Span<int> digits = stackalloc int[MaxLength + 1];
        var groups = 0;
        digits.Clear();
        var isFraction = cell.Length > 0 && cell[0] == '0';
        while (!cell.IsEmpty)
        {
            if (cell[0] is >= (byte)'0' and <= (byte)'9')
            {
                digits[groups]++;
                cell = cell[1..];
            }
            else
            {
                var mark = Mark(ref cell);
                if (mark == 0)
                    return CellKinds.Text;
                marks[groups++] = mark;
            }
        }
        if (groups == 0 || digits[groups] == 0)
            return CellKinds.Text;
        // Thousands do not begin with a zero.
        if (isFraction && digits[0] == 1)
            return groups == 1 && marks[0] == ',' ? CellKinds.DecimalComma : CellKinds.Text;
        return Kind(marks[..groups], digits[..(groups + 1)]);
    }

    /// <summary>Writes a number of a known notation with a decimal point and nothing between its thousands.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Normalize(ReadOnlySpan<byte> cell, NumberNotation notation, Span<byte> target)
    {
        var point = notation is NumberNotation.Comma ? (byte)',' : (byte)'.';
        var length = 0;
        foreach (var character in cell)
        {
            if (character == point)
                target[length++] = (byte)'.';
            else if (character is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'e' or (byte)'E' or (byte)'+')
                target[length++] = character;
        }
        return length;
    }

    /// <summary>At most two digits, so that the number stays within what a data set takes.</summary>
    private static bool IsSmallExponent(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] is ((byte)'+' or (byte)'-'))
            text = text[1..];
        return text.Length is 1 or 2 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static CellKinds Kind(ReadOnlySpan<byte> marks, ReadOnlySpan<int> digits)
    {
        var last = marks[^1];
        if (!marks.ContainsAnyExcept(last))
        {
            var isGrouped = IsGrouped(digits, last);
            return last switch
            {
                (byte)',' when marks.Length > 1 => isGrouped ? CellKinds.Grouped : CellKinds.Text,
                (byte)',' => isGrouped ? CellKinds.CommaGroup : CellKinds.DecimalComma,
                (byte)'.' => isGrouped && marks.Length > 1 ? CellKinds.DecimalComma : CellKinds.Text,
                _ => isGrouped ? CellKinds.Spaced : CellKinds.Text,
            };
        }
        var group = marks[0];
        if (marks[..^1].ContainsAnyExcept(group) || !IsGrouped(digits[..^1], group))
            return CellKinds.Text;
        return (group, last) switch
        {
            ((byte)',', (byte)'.') => CellKinds.Grouped,
            ((byte)'.', (byte)',') => CellKinds.DecimalComma,
            (_, (byte)'.') => CellKinds.Grouped,
            (_, (byte)',') => CellKinds.DecimalComma,
            _ => CellKinds.Text,
        };
    }

    /// <summary>Thousands, or with commas the lakhs and crores of India: <c>12,34,567</c>.</summary>
    private static bool IsGrouped(ReadOnlySpan<int> digits, byte mark)
    {
        if (digits[0] is < 1 or > GroupDigits || digits[^1] != GroupDigits)
            return false;
        foreach (var count in digits[1..^1])
        {
            if (count != GroupDigits && !(mark == ',' && count == GroupDigits - 1))
                return false;
        }
        return true;
    }

    /// <summary>Takes a mark off the text: comma, point, or a space or apostrophe of any kind; 0 when there is none.</summary>
    private static byte Mark(ref ReadOnlySpan<byte> text)
    {
        if (text[0] is (byte)',' or (byte)'.' or (byte)'\'' or Space)
        {
            var mark = text[0];
            text = text[1..];
            return mark;
        }
        return Take(ref text, "\u00A0"u8) || Take(ref text, "\u202F"u8) || Take(ref text, "\u2009"u8) ? Space
            : Take(ref text, "\u2019"u8) ? (byte)'\''
            : (byte)0;
    }

    private static bool Take(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        if (!text.StartsWith(mark))
            return false;
        text = text[mark.Length..];
        return true;
    }
}
