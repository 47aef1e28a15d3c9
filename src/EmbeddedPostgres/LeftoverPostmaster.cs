using System.Globalization;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>
/// What a killed server left in its cluster: a <c>postmaster.pid</c>, and perhaps processes that still run. Whether a process is of
/// this cluster is told by its working directory, which every PostgreSQL process sets to its cluster; a process id alone may have
/// been given to a stranger since.
/// </summary>
internal static class LeftoverPostmaster
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Ends what still runs in the cluster and removes the stale file. Call only while holding the data directory.</summary>
    public static async Task ClearAsync(string cluster, ServerAccount account, ILogger logger, CancellationToken ct)
    {
        var pidFile = Path.Combine(cluster, "postmaster.pid");
        if (!File.Exists(pidFile))
            return;
        var running = await ProcessesOfAsync(cluster, account, ct);
        if (running.Count > 0)
        {
            EmbeddedPostgresLog.StoppingLeftover(logger, cluster, running.Count);
            await EndAsync(cluster, account, await PostmasterIdAsync(pidFile, ct), ct);
        }
        // Only now: deleting the file of a live cluster would let a second postmaster write beside the first.
        File.Delete(pidFile);
    }

    private static async Task EndAsync(string cluster, ServerAccount account, int? postmaster, CancellationToken ct)
    {
        foreach (var (toPostmaster, toOthers) in new[] { (Signal.Interrupt, Signal.Quit), (Signal.Quit, Signal.Quit),
            (Signal.Kill, Signal.Kill) })
        {
            var running = await ProcessesOfAsync(cluster, account, ct);
            if (postmaster is { } id && running.Contains(id))
                Signal.Send(id, toPostmaster);
            else
                running.ForEach(other => Signal.Send(other, toOthers));
            if (await AllGoneAsync(cluster, account, ct))
                return;
        }
        throw new EmbeddedPostgresException($"A PostgreSQL process still runs in '{cluster}' and does not end.");
    }

    private static async Task<bool> AllGoneAsync(string cluster, ServerAccount account, CancellationToken ct)
    {
        var step = TimeSpan.FromMilliseconds(50);
        for (var waited = TimeSpan.Zero; waited < StopTimeout; waited += step)
        {
            if ((await ProcessesOfAsync(cluster, account, ct)).Count == 0)
                return true;
            await Task.Delay(step, ct);
        }
        return false;
    }

    /// <summary>Asked as the server's account: in a container even root may not look at another account's processes.</summary>
    private static async Task<List<int>> ProcessesOfAsync(string cluster, ServerAccount account, CancellationToken ct)
    {
        const string Script = "for p in /proc/[0-9]*; do if [ \"$(readlink \"$p/cwd\" 2>/dev/null)\" = \"$0\" ]; then "
            + "case \"$(cat \"$p/comm\" 2>/dev/null)\" in postgres*) echo \"${p#/proc/}\";; esac; fi; done";
        var physical = (await CommandLine.RequireAsync(account.Command("readlink", "-f", cluster), null, $"resolve '{cluster}'", ct))
            .Trim();
        var found = await CommandLine.RequireAsync(account.Command("sh", "-c", Script, physical), null, "look for leftover processes", ct);
        return [.. found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
    }

    private static async Task<int?> PostmasterIdAsync(string pidFile, CancellationToken ct)
    {
        string[] lines;
        try
        {
            lines = await File.ReadAllLinesAsync(pidFile, ct);
        }
        catch (FileNotFoundException)
        {
            // A postmaster that ends by itself meanwhile removes its file.
            return null;
        }
        return lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var id) ? id : null;
    }
}
