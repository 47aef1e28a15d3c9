using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EventSourcedAnomaly.Benchmarks.Serving;

/// <summary>A server in a process of its own, on a free port.</summary>
internal sealed class ServedProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServedProcess(Process process, int port)
    {
        _process = process;
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 })
        { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>Talks to it.</summary>
    public HttpClient Http { get; }

    /// <summary>Starts a program and waits until a path answers, or until it ends.</summary>
    /// <returns>The server, or null when the program ended without serving.</returns>
    public static async Task<ServedProcess?> Start(string path, Func<int, ProcessStartInfo> command, CancellationToken ct)
    {
        var port = FreePort();
        var start = command(port);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var served = new ServedProcess(process, port);
        while (!process.HasExited)
        {
            try
            {
                using var response = await served.Http.GetAsync(path, ct);
                return served;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, ct);
            }
        }

        await served.DisposeAsync();
        return null;
    }

    /// <summary>Ends it as a crash does (SIGKILL).</summary>
    public async Task Kill(CancellationToken ct)
    {
        _process.Kill();
        await _process.WaitForExitAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            using var terminate = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await terminate.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
