namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>
/// ISO 8601 points in time: <c>2024-02-29</c>, <c>2024-02-29 12:30</c>, <c>2024-02-29T12:30:15.123456Z</c>,
/// <c>2024-02-29T12:30:15+02:00</c>.
/// </summary>
internal static class TimestampText
{
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.Length < 10 || text[4] != '-' || text[7] != '-')
            return false;
        if (!Number(text[..4], 1, 9999, out var year) || !Number(text[5..7], 1, 12, out var month))
            return false;
        if (!Number(text[8..10], 1, DateTime.DaysInMonth(year, month), out _))
            return false;
        return text.Length == 10 || (text[10] is (byte)'T' or (byte)' ' && IsTime(text[11..]));
    }

    private static bool IsTime(ReadOnlySpan<byte> text)
    {
        if (text.Length < 5 || !IsHourAndMinute(text[..5]))
            return false;
        text = text[5..];
        if (text.Length >= 3 && text[0] == ':')
        {
            if (!Number(text[1..3], 0, 59, out _))
                return false;
            text = text[3..];
            if (!SkipFraction(ref text))
                return false;
        }
        return text.IsEmpty || text.SequenceEqual("Z"u8)
            || (text[0] is (byte)'+' or (byte)'-' && text.Length == 6 && IsHourAndMinute(text[1..]));
    }

    private static bool IsHourAndMinute(ReadOnlySpan<byte> text) =>
        text[2] == ':' && Number(text[..2], 0, 23, out _) && Number(text[3..5], 0, 59, out _);

    private static bool SkipFraction(ref ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != '.')
            return true;
        var digits = 1;
        while (digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'9')
            digits++;
        text = text[digits..];
        return digits is > 1 and <= 7;
    }

    private static bool Number(ReadOnlySpan<byte> digits, int least, int most, out int value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            value = (value * 10) + digit - '0';
        }
        return value >= least && value <= most;
    }
}
