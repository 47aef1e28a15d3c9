using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Server.Infrastructure.Compute;

/// <summary>The nice value of a thread; .NET's own thread priorities have no effect on Linux.</summary>
internal static class ThreadPriority
{
    private const int Process = 0, CallingThread = 0;

    /// <summary>Puts the calling thread behind others; where that is not possible, everything is as it was.</summary>
    /// <param name="nice">From 0 to 19, the larger the later its turn.</param>
    public static void SetNice(int nice)
    {
        if (OperatingSystem.IsLinux())
        {
            // Linux takes the process 0 for the calling thread alone.
            _ = setpriority(Process, CallingThread, nice);
        }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setpriority(int which, int who, int priority);
}
