namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>
/// ISO 8601 points in time as programs write them: <c>2024-02-29</c>, <c>2024-02-29 12:30</c>, <c>2024-02-29T12:30:15.123456789Z</c>,
/// <c>2024-02-29T12:30:15+02:00</c>, and the offsets <c>+02</c> (PostgreSQL), <c>+0200</c> and <c> UTC</c>. Without an offset they are UTC.
/// Fractions of any length are cut to the microsecond, and 24:00 is the midnight that ends its day.
/// </summary>
internal static class TimestampText
{
    private const int FractionDigits = 6;
    private const long MicrosecondsPerSecond = 1_000_000;
    private const int SecondsPerDay = 86_400;

    /// <summary>Whether a point in time has digits beyond the microsecond that are not zero.</summary>
    public static bool IsFiner(ReadOnlySpan<byte> text)
    {
        var point = text.IndexOfAny((byte)'.', (byte)',');
        if (point < 0)
            return false;
        var digits = text[(point + 1)..];
        var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = end < 0 ? digits : digits[..end];
        return digits.Length > FractionDigits && digits[FractionDigits..].ContainsAnyExcept((byte)'0');
    }

    /// <summary>Reads a point in time.</summary>
    /// <param name="text">Without surrounding spaces.</param>
    /// <param name="microseconds">Microseconds since 1970-01-01T00:00:00Z.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-'
            || !Number(text[..4], 1, 9999, out var year) || !Number(text[5..7], 1, 12, out var month)
            || !Number(text[8..10], 1, DateTime.DaysInMonth(year, month), out var day))
            return false;
        long days = (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Days;
        long time = 0;
        if (text.Length > 10 && (text[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || !TryParseTime(text[11..], out time)))
            return false;
        microseconds = (days * SecondsPerDay * MicrosecondsPerSecond) + time;
        return true;
    }

    private static bool TryParseTime(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 5 || text[2] != ':' || !Number(text[..2], 0, 24, out var hour) || !Number(text[3..5], 0, 59, out var minute))
            return false;
        text = text[5..];
        var second = 0;
        if (text.Length >= 3 && text[0] == ':')
        {
            if (!Number(text[1..3], 0, 59, out second))
                return false;
            text = text[3..];
            if (!TakeFraction(ref text, out microseconds))
                return false;
        }
        if (hour == 24 && (minute != 0 || second != 0 || microseconds != 0))
            return false;
        if (!TryParseOffset(text, out var offset))
            return false;
        microseconds += ((hour * 3600) + (minute * 60) + second - offset) * MicrosecondsPerSecond;
        return true;
    }

    /// <summary>A point or a comma and at least one digit; digits beyond the microsecond are cut off.</summary>
    private static bool TakeFraction(ref ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.IsEmpty || text[0] is not ((byte)'.' or (byte)','))
            return true;
        var digits = 0;
        while (digits + 1 < text.Length && text[digits + 1] is >= (byte)'0' and <= (byte)'9')
            digits++;
        for (var i = 0; i < FractionDigits; i++)
            microseconds = (microseconds * 10) + (i < digits ? text[i + 1] - '0' : 0);
        text = text[(digits + 1)..];
        return digits > 0;
    }

    /// <summary>Nothing, Z, UTC, GMT or a signed offset of hours, minutes and seconds; in seconds.</summary>
    private static bool TryParseOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (!text.IsEmpty && text[0] == ' ')
        {
            text = text[1..];
            if (text.IsEmpty)
                return false;
        }
        if (text.IsEmpty || text.SequenceEqual("Z"u8) || text.SequenceEqual("z"u8) || text.SequenceEqual("UTC"u8)
            || text.SequenceEqual("GMT"u8))
            return true;
        if (text[0] is not ((byte)'+' or (byte)'-'))
            return false;
        var sign = text[0] == '-' ? -1 : 1;
        text = text[1..];
        int hours, minutes = 0, rest = 0;
        var isValid = text.Length switch
        {
            2 => Number(text, 0, 23, out hours),
            4 => Number(text[..2], 0, 23, out hours) & Number(text[2..], 0, 59, out minutes),
            5 => text[2] == ':' & Number(text[..2], 0, 23, out hours) & Number(text[3..], 0, 59, out minutes),
            8 => text[2] == ':' & text[5] == ':' & Number(text[..2], 0, 23, out hours) & Number(text[3..5], 0, 59, out minutes)
                & Number(text[6..], 0, 59, out rest),
            _ => Number([], 0, 0, out hours) & false,
        };
        seconds = sign * ((hours * 3600) + (minutes * 60) + rest);
        return isValid;
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
