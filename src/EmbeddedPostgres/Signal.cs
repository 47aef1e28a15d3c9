using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>POSIX signals; to a postmaster SIGINT is a fast shutdown and SIGQUIT an immediate one.</summary>
internal static class Signal
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;

    /// <summary>Sends a signal; a process that is gone already is no error.</summary>
    public static void Send(int processId, int signal) => _ = kill(processId, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);
}
