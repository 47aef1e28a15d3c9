using EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>The machine's metrics that a rule can watch; of several graphics cards, the worst one counts.</summary>
internal static class SystemMetrics
{
    private static readonly IReadOnlyDictionary<string, (string Words, string Unit, Func<ResourceUsage, double?> Read)> All =
        new Dictionary<string, (string, string, Func<ResourceUsage, double?>)>
        {
            ["cpu_percent"] = ("CPU usage", "%", now => now.Cpu.Percent),
            ["memory_percent"] = ("Memory usage", "%", now => now.Memory.Percent),
            ["memory_used_gb"] = ("Memory in use", " GB", now => now.Memory.UsedGb),
            ["disk_percent"] = ("Disk usage", "%", now => now.Disk.Percent),
            ["disk_used_gb"] = ("Disk in use", " GB", now => now.Disk.UsedGb),
            ["gpu_memory_percent"] = ("GPU memory usage", "%", now => now.Gpu.Max(card => card.MemoryPercent)),
            ["gpu_utilization"] = ("GPU utilization", "%", now => now.Gpu.Max(card => card.Utilization)),
            ["gpu_temperature"] = ("GPU temperature", " °C", now => now.Gpu.Max(card => card.Temperature)),
        };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>Whether a metric is the machine's.</summary>
    public static bool Has(string metric) => All.ContainsKey(metric);

    /// <summary>A metric's value; null where the machine has no such thing.</summary>
    public static double? Read(string metric, ResourceUsage now) => All[metric].Read(now);

    /// <summary>An alert in words, such as <c>CPU usage above 90%</c>.</summary>
    public static string Describe(AlertTerms terms, string subject)
    {
        var comparison = terms.Condition switch
        {
            AlertCondition.GreaterThan => "above",
            AlertCondition.GreaterThanOrEqual => "at or above",
            AlertCondition.LessThan => "below",
            AlertCondition.LessThanOrEqual => "at or below",
            AlertCondition.Equal => "equal to",
            _ => "other than",
        };
        return terms.OfSystem
            ? $"{All[terms.Metric].Words} {comparison} {terms.Threshold}{All[terms.Metric].Unit}"
            : $"{terms.Metric} of training session {subject} {comparison} {terms.Threshold}";
    }
}
