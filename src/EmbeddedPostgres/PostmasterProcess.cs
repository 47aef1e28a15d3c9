using System.ComponentModel;
using System.Diagnostics;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>The running server process (PostgreSQL's postmaster), a child of this one.</summary>
internal sealed class PostmasterProcess
{
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PostmasterProcess()
    {
    }

    /// <summary>Completes with the exit code when the server has gone.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>The process id; the shell and setpriv replace themselves, so it is the postmaster's own.</summary>
    public int Id { get; private set; }

    public static async Task<PostmasterProcess> StartAsync(IEnumerable<string> command, ServerAccount account, string logFile)
    {
        var postmaster = new PostmasterProcess();
        // A session of its own: Ctrl-C in a terminal reaches the host, which stops the server when it no longer needs it.
        string[] withLog = ["/bin/sh", "-c", "umask 077; exec setsid \"$@\" </dev/null >>\"$0\" 2>&1",
            logFile, .. account.CommandThatDiesWithItsParent(command)];
        // The kernel ties a parent-death signal to the thread that forked, and pool threads retire: this one stays as long as its child.
        var parent = new Thread(() => postmaster.Parent(CommandLine.StartInfo(withLog))) { IsBackground = true, Name = "postmaster" };
        parent.Start();
        postmaster.Id = await postmaster._started.Task;
        return postmaster;
    }

    /// <summary>Fast shutdown (roll back, checkpoint, exit); an immediate one if that takes longer than a minute.</summary>
    public async Task StopAsync()
    {
        if (Exited.IsCompleted)
            return;
        Signal.Send(Id, Signal.Interrupt);
        try
        {
            await Exited.WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (TimeoutException)
        {
            Signal.Send(Id, Signal.Quit);
            await Exited;
        }
    }

    private void Parent(ProcessStartInfo info)
    {
        try
        {
            using var process = Process.Start(info)!;
            _started.SetResult(process.Id);
            process.WaitForExit();
            _exited.SetResult(process.ExitCode);
        }
        catch (Win32Exception e)
        {
            _started.SetException(new EmbeddedPostgresException($"'{info.FileName}' cannot be run: {e.Message}", e));
        }
    }
}
