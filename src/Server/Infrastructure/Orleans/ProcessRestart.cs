using System.Reflection;
using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>Has the operating system run the program of this process anew, under the same process id (POSIX execv).</summary>
internal static class ProcessRestart
{
    private const string Program = "/proc/self/exe", Arguments = "/proc/self/cmdline";

    /// <summary>Whether this process is the product's own, and not, for example, one that runs its tests.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux() && Assembly.GetEntryAssembly() == typeof(ProcessRestart).Assembly;

    /// <summary>Leaves everything as it is and begins anew; returns only when that fails.</summary>
    public static void Now()
    {
        var words = File.ReadAllText(Arguments).TrimEnd('\0').Split('\0');
        // What it holds open is closed by the kernel, as .NET opens every file and socket for this process alone.
        _ = Execv(new FileInfo(Program).ResolveLinkTarget(returnFinalTarget: true)!.FullName, [.. words, null]);
    }

    [DllImport("libc", EntryPoint = "execv", CharSet = CharSet.Ansi, BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execv(string path, string?[] arguments);
}
