using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

/// <summary>Asks NVIDIA's <c>nvidia-smi</c> for the graphics cards; where there is no such program, there are none.</summary>
internal static class GraphicsCards
{
    private const double MebibytesInGigabyte = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The cards as they are now; null where the program is not installed.</summary>
    public static async Task<IReadOnlyList<GpuUsage>?> Submit(CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(Patience);
        var start = new ProcessStartInfo("nvidia-smi",
            ["--query-gpu=index,name,memory.used,memory.total,utilization.gpu,temperature.gpu", "--format=csv,noheader,nounits"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var text = await process.StandardOutput.ReadToEndAsync(limited.Token);
                await process.WaitForExitAsync(limited.Token);
                return process.ExitCode == 0 ? Read(text) : [];
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return [];
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Reads the program's lines, <c>index, name, MiB used, MiB in all, percent, degrees Celsius</c>.</summary>
    public static IReadOnlyList<GpuUsage> Read(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(',', StringSplitOptions.TrimEntries)).Where(cells => cells.Length == 6).Select(Card)];

    private static GpuUsage Card(string[] cells)
    {
        var (used, total) = (Number(cells[2]), Number(cells[3]));
        return new GpuUsage(
            (int)(Number(cells[0]) ?? 0), cells[1], used is { } part && total is > 0
                ? Math.Round(100 * part / total.Value, 1) : null, Gigabytes(used), Gigabytes(total),
            Number(cells[4]), Number(cells[5]));
    }

    // A card says [N/A] of what it does not know.
    private static double? Number(string cell) => double.TryParse(cell, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Gigabytes(double? mebibytes) => mebibytes is { } known ? Math.Round(known / MebibytesInGigabyte, 2) : null;
}
