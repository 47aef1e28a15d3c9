using System.Globalization;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

/// <summary>Reads query parameters, or says which one is wrong and what was expected of it. Unknown ones are passed over.</summary>
internal static class Query
{
    /// <summary>A text; empty counts as absent.</summary>
    public static string? Text(this HttpContext http, string name) =>
        http.Request.Query[name].ToString() is { Length: > 0 } text ? StorableText.Require(name, text) : null;

    /// <summary>A whole number within bounds.</summary>
    public static int Whole(this HttpContext http, string name, int otherwise, int min, int max) =>
        (int)http.WholeOrNull(name, min, max).GetValueOrDefault(otherwise);

    /// <summary>A whole number within bounds, if given.</summary>
    public static long? WholeOrNull(this HttpContext http, string name, long min, long max)
    {
        if (http.Text(name) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min
            && value <= max
            ? value
            : throw Problem.Invalid(name,
                max == long.MaxValue || max == int.MaxValue ? $"a whole number of at least {min}" : $"a whole number from {min} to {max}",
                text);
    }

    /// <summary>True or false.</summary>
    public static bool Flag(this HttpContext http, string name, bool otherwise) => http.Text(name)?.ToLowerInvariant() switch
    {
        null => otherwise,
        "true" or "1" => true,
        "false" or "0" => false,
        var text => throw Problem.Invalid(name, "true or false", text),
    };

    private static string WithPlus(string text) => text.LastIndexOf(' ') is > 10 and var at ? $"{text[..at]}+{text[(at + 1)..]}" : text;

    /// <summary>A time, if given; one without an offset is UTC.</summary>
    public static DateTimeOffset? Time(this HttpContext http, string name)
    {
        if (http.Text(name) is not { } text)
        {
            return null;
        }

        // A plus sign that was not encoded arrives as a space.
        return (Timestamps.TryParse(text, out var time) || Timestamps.TryParse(WithPlus(text), out time))
            && time >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() * 1000
            && time <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() * 1000
            ? DateTimeOffset.UnixEpoch.AddTicks(time * TimeSpan.TicksPerMicrosecond)
            : throw Problem.Invalid(name, "a time in ISO 8601, such as 2024-01-01T00:00:00Z", text);
    }
}
