using System.Text;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;

/// <summary>
/// The name of a metric in Prometheus, after OpenTelemetry's rules of compatibility: dots become underscores, the unit is
/// spelt out at the end, and a counter ends in <c>_total</c>.
/// </summary>
internal static class MetricName
{
    /// <summary>The name without what a counter ends in, and its unit in words (empty for none).</summary>
    public static (string Family, string Unit) Of(string name, string unit, bool isGauge)
    {
        var family = Legal(name);
        var word = Word(unit, isGauge);
        if (family.EndsWith("_total", StringComparison.Ordinal))
        {
            family = family[..^"_total".Length];
        }

        return word.Length == 0 || family.EndsWith($"_{word}", StringComparison.Ordinal) ? (family, word) : ($"{family}_{word}", word);
    }

    /// <summary>A name of letters, digits and single underscores.</summary>
    public static string Legal(string name)
    {
        var legal = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                legal.Append(legal.Length == 0 && char.IsAsciiDigit(c) ? "_" : string.Empty).Append(c);
            }
            else if (legal.Length > 0 && legal[^1] != '_')
            {
                legal.Append('_');
            }
        }

        return legal.ToString().TrimEnd('_');
    }

    // Units as UCUM writes them; one in braces only says what is counted.
    private static string Word(string unit, bool isGauge) => unit switch
    {
        "" => string.Empty,
        _ when unit[0] == '{' => string.Empty,
        "1" => isGauge ? "ratio" : string.Empty,
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "%" => "percent",
        _ => Legal(unit),
    };
}
