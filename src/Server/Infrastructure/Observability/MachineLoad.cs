using System.Globalization;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability;

/// <summary>How busy the machine and this process are.</summary>
/// <param name="Cpu">The share of the machine's processor time in use, from 0 to 1.</param>
/// <param name="ProcessCpu">The share of the machine's processor time that this process uses, from 0 to 1.</param>
/// <param name="Memory">The share of the machine's memory in use, from 0 to 1.</param>
/// <param name="MemoryUsedBytes">The machine's memory in use.</param>
/// <param name="ProcessMemoryBytes">The memory that this process holds.</param>
/// <param name="Disk">The share of the data directory's disk in use, from 0 to 1.</param>
/// <param name="DiskFreeBytes">What is left of that disk.</param>
internal sealed record LoadAverages(
    double Cpu, double ProcessCpu, double Memory, long MemoryUsedBytes, long ProcessMemoryBytes, double Disk, long DiskFreeBytes);

/// <summary>
/// Samples the load every few seconds, from <c>/proc/stat</c> and <c>/proc/meminfo</c> (see proc(5)), so that asking costs nothing and
/// processor time is that of a known period. Before the first period is over it is the mean since the machine started.
/// </summary>
internal sealed class MachineLoad : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private readonly ServerSettings _settings;
    private readonly TimeProvider _time;
    private readonly long _started;
    private ProcessorTime _last = new(0, 0, TimeSpan.Zero);
    private LoadAverages _now;

    public MachineLoad(ServerSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _started = time.GetTimestamp();
        _now = Sample();
    }

    /// <summary>The newest figures.</summary>
    public LoadAverages Now => Volatile.Read(ref _now);

    /// <summary>How long the server has been up.</summary>
    public TimeSpan Uptime => _time.GetElapsedTime(_started);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Volatile.Write(ref _now, Sample());
        }
    }

    private LoadAverages Sample()
    {
        var processor = ProcessorTime.Read();
        var passed = Math.Max(1, processor.Total - _last.Total);
        var own = (processor.Own - _last.Own).TotalSeconds * ProcessorTime.TicksPerSecond;
        var cpu = Math.Clamp((double)(processor.Busy - _last.Busy) / passed, 0, 1);
        _last = processor;
        var (total, available) = Memory();
        var disk = new DriveInfo(_settings.DataDirectory);
        return new LoadAverages(
            cpu, Math.Clamp(own / passed, 0, 1), 1 - ((double)available / total), total - available, Environment.WorkingSet,
            1 - ((double)disk.AvailableFreeSpace / disk.TotalSize), disk.AvailableFreeSpace);
    }

    private static (long Total, long Available) Memory()
    {
        var lines = File.ReadLines("/proc/meminfo").Take(3).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture) * 1024);
        return (lines["MemTotal:"], lines["MemAvailable:"]);
    }

    /// <summary>Processor time in ticks of the kernel, summed over all processors, and that of this process.</summary>
    private sealed record ProcessorTime(long Total, long Busy, TimeSpan Own)
    {
        /// <summary>USER_HZ, which Linux fixes at 100 for what it shows to programs.</summary>
        public const int TicksPerSecond = 100;

        public static ProcessorTime Read()
        {
            // user nice system idle iowait irq softirq steal; what follows is counted in user already.
            var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
                .Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            var total = ticks.Sum();
            return new ProcessorTime(total, total - ticks[3] - ticks[4], Environment.CpuUsage.TotalTime);
        }
    }
}
