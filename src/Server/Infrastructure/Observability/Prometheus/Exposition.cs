using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;

/// <summary>The two ways in which a page of metrics is written.</summary>
internal enum ExpositionFormat
{
    /// <summary>Prometheus' text format, version 0.0.4.</summary>
    Text,

    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

/// <summary>
/// Writes metrics as Prometheus reads them: <c>HELP</c> and <c>TYPE</c> once for each family, then a line for each series;
/// the buckets of a histogram count everything below their bound.
/// </summary>
/// <remarks>Source: Prometheus, "Exposition formats"; OpenMetrics 1.0.0.</remarks>
internal sealed class Exposition(ExpositionFormat format)
{
    private readonly StringBuilder _page = new(1 << 14);
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);

    /// <summary>Adds a metric. A second one of the same name is left out: a page must not say two things of one series.</summary>
    public void Add(Metric metric)
    {
        var kind = KindOf(metric.MetricType);
        var (family, unit) = MetricName.Of(metric.Name, metric.Unit, kind == "gauge");
        if (kind.Length == 0 || !_families.Add(family))
        {
            return;
        }

        Head(family, unit, kind, metric.Description.Length > 0 ? metric.Description : metric.Name);
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = Labels(point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.Histogram:
                    Histogram(family, labels, in point);
                    break;
                case MetricType.LongSum:
                    Line($"{family}_total", labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSum:
                    Line($"{family}_total", labels, point.GetSumDouble());
                    break;
                case MetricType.LongSumNonMonotonic:
                    Line(family, labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSumNonMonotonic:
                    Line(family, labels, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Line(family, labels, point.GetGaugeLastValueLong());
                    break;
                default:
                    Line(family, labels, point.GetGaugeLastValueDouble());
                    break;
            }
        }
    }

    /// <summary>The finished page.</summary>
    public string End() => (format == ExpositionFormat.OpenMetrics ? _page.Append("# EOF\n") : _page).ToString();

    /// <summary>A label's value between quotes.</summary>
    public static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>A value as both formats write it.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    // Exponential histograms are only made where a view asks for them; none does.
    private static string KindOf(MetricType type) => type switch
    {
        MetricType.Histogram => "histogram",
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.ExponentialHistogram => string.Empty,
        _ => "gauge",
    };

    private void Head(string family, string unit, string kind, string help)
    {
        var name = kind == "counter" && format == ExpositionFormat.Text ? $"{family}_total" : family;
        var escaped = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        _page.Append("# HELP ").Append(name).Append(' ')
            .Append(format == ExpositionFormat.OpenMetrics ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped).Append('\n');
        _page.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
        if (format == ExpositionFormat.OpenMetrics && unit.Length > 0)
        {
            _page.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        }
    }

    private void Histogram(string family, string labels, in MetricPoint point)
    {
        var separator = labels.Length > 0 ? "," : string.Empty;
        long below = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            Line($"{family}_bucket", $"{labels}{separator}le=\"{Number(bucket.ExplicitBound)}\"", below);
        }

        Line($"{family}_sum", labels, point.GetHistogramSum());
        Line($"{family}_count", labels, point.GetHistogramCount());
    }

    private static string Labels(OpenTelemetry.ReadOnlyTagCollection tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            labels[MetricName.Legal(key)] = Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty);
        }

        return string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""));
    }

    private void Line(string name, string labels, double value)
    {
        _page.Append(name);
        if (labels.Length > 0)
        {
            _page.Append('{').Append(labels).Append('}');
        }

        _page.Append(' ').Append(Number(value)).Append('\n');
    }
}
