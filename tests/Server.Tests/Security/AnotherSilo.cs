using System.Diagnostics;
using System.Globalization;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>Another process of the product on a database: what it knows it has from there.</summary>
internal sealed class AnotherSilo : IAsyncDisposable
{
    private const string Ready = "ready on ";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("esa-server-tests-");
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private volatile string _address = string.Empty;
    private volatile int _starts;

    private AnotherSilo(string database, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "EventSourcedAnomaly.Server.dll")])
        { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in (IEnumerable<(string, string)>)
        [
            ("PORT", "0"), ("ESA_DATA_DIR", _directory.FullName), ("ConnectionStrings__Postgres", database),
            ("ESA_BOOTSTRAP_API_KEY", ServerFixture.AdminKey),
            ("ESA_ADMIN_PASSWORD", ServerFixture.AdminPassword), ("ESA_DEMO", "false"), ("ESA_ANONYMOUS_PER_HOUR", "1000000"), .. settings,
        ])
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _reading = Read();
    }

    /// <summary>Where it listens since its last start.</summary>
    public string Address => _address;

    /// <summary>How often it has said that it is ready.</summary>
    public int Starts => _starts;

    public static async Task<AnotherSilo> Start(string database, params (string Name, string Value)[] settings)
    {
        var silo = new AnotherSilo(database, settings);
        if (await Task.WhenAny(silo._ready.Task, silo._reading) == silo._ready.Task)
        {
            return silo;
        }

        await silo.DisposeAsync();
        throw new InvalidOperationException("The silo did not start.");
    }

    /// <summary>Has the whole process stand still, as a machine does that is suspended.</summary>
    public void Suspend() => Send("STOP");

    /// <summary>Lets it go on.</summary>
    public void Resume() => Send("CONT");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task Read()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                _address = line[Ready.Length..];
                Interlocked.Increment(ref _starts);
                _ready.TrySetResult();
            }
        }
    }

    private void Send(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
