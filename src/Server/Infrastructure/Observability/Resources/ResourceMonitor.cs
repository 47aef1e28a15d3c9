using System.Globalization;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

/// <summary>
/// Samples the machine in the background, from <c>/proc/stat</c> and <c>/proc/meminfo</c> (proc(5)): asking costs nothing, and processor
/// time is that of the last period. Before the first is over it is the mean since the machine started.
/// </summary>
internal sealed class ResourceMonitor : BackgroundService
{
    /// <summary>The time between two samples.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>How far back the samples reach.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private const int SamplesBetweenCards = 5;
    private readonly ServerSettings _settings;
    private readonly TimeProvider _time;
    private IReadOnlyList<(long Busy, long Total)> _last = [];
    private IReadOnlyList<GpuUsage> _cards = [];
    private ResourceUsage _now;

    public ResourceMonitor(ServerSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _now = Sample();
        Series.Add(_now);
    }

    /// <summary>The newest figures.</summary>
    public ResourceUsage Now => Volatile.Read(ref _now);

    /// <summary>The newest samples of an hour.</summary>
    public ResourceSeries Series { get; } = new((int)(Kept / Period));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var installed = true;
        using var timer = new PeriodicTimer(Period, _time);
        for (var sample = 0; await timer.WaitForNextTickAsync(stoppingToken); sample++)
        {
            if (installed && sample % SamplesBetweenCards == 0)
            {
                var cards = await GraphicsCards.Submit(stoppingToken);
                installed = cards is not null;
                _cards = cards ?? [];
            }

            Volatile.Write(ref _now, Sample());
            Series.Add(_now);
        }
    }

    private ResourceUsage Sample()
    {
        var ticks = Ticks();
        double[] shares = [.. ticks.Select((now, i) => Share(now, i < _last.Count ? _last[i] : (0, 0)))];
        _last = ticks;
        var (total, available) = Memory();
        var disk = new DriveInfo(_settings.DataDirectory);
        return new ResourceUsage(
            _time.GetUtcNow(), new CpuUsage(shares[0], shares.Length - 1, shares[1..]), SpaceUsage.Of(total - available, total),
            SpaceUsage.Of(disk.TotalSize - disk.AvailableFreeSpace, disk.TotalSize), _cards);
    }

    private static double Share((long Busy, long Total) now, (long Busy, long Total) last) =>
        Math.Round(Math.Clamp(100.0 * (now.Busy - last.Busy) / Math.Max(1, now.Total - last.Total), 0, 100), 1);

    // All processors first, then each: user nice system idle iowait irq softirq steal; what follows is counted in user already.
    private static IReadOnlyList<(long Busy, long Total)> Ticks() =>
    [
        .. File.ReadLines("/proc/stat").TakeWhile(line => line.StartsWith("cpu", StringComparison.Ordinal)).Select(line =>
        {
            var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(text =>
                long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            return (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
        }),
    ];

    private static (long Total, long Available) Memory()
    {
        var lines = File.ReadLines("/proc/meminfo").Take(3).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture) * 1024);
        return (lines["MemTotal:"], lines["MemAvailable:"]);
    }
}
