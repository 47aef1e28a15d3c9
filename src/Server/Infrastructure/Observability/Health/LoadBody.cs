
namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>The machine's load as the Platform contract gives it.</summary>
/// <param name="CpuUsage">In percent.</param>
/// <param name="MemoryUsage">In MB.</param>
/// <param name="DiskUsage">In percent.</param>
internal sealed record LoadBody(double CpuUsage, double MemoryUsage, double DiskUsage)
{
    public static LoadBody Of(MachineLoad load) =>
        new(Units.Percent(load.Now.Cpu), Units.Megabytes(load.Now.MemoryUsedBytes), Units.Percent(load.Now.Disk));
}
