namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

/// <summary>What the machine has and how much of it is in use, in the Training contract's units: percent, and GB of 2^30 bytes.</summary>
internal sealed record ResourceUsage(DateTimeOffset Timestamp, CpuUsage Cpu, SpaceUsage Memory, SpaceUsage Disk,
    IReadOnlyList<GpuUsage> Gpu);

/// <summary>The processors.</summary>
/// <param name="Percent">The share of all processors' time in use.</param>
/// <param name="Count">How many there are.</param>
/// <param name="PerCpu">The share of each.</param>
internal sealed record CpuUsage(double Percent, int Count, IReadOnlyList<double> PerCpu);

/// <summary>Memory, or the disk of the data directory.</summary>
internal sealed record SpaceUsage(double Percent, double UsedGb, double TotalGb)
{
    private const double Gigabyte = 1L << 30;

    /// <summary>From bytes.</summary>
    public static SpaceUsage Of(long used, long total) =>
        new(total == 0 ? 0 : Math.Round(100.0 * used / total, 1), Math.Round(used / Gigabyte, 2), Math.Round(total / Gigabyte, 2));
}

/// <summary>One graphics card; what its driver does not tell is null.</summary>
internal sealed record GpuUsage(
    int Id, string Name, double? MemoryPercent, double? MemoryUsedGb, double? MemoryTotalGb, double? Utilization, double? Temperature);
