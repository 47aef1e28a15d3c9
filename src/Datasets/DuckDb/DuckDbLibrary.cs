using System.Reflection;
using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>
/// Finds <c>libduckdb.so</c>: in the folder the environment variable <c>ESA_NATIVE_DIR</c> names, beside the assembly, or in
/// <c>ops/native/node_modules</c> of a folder above it.
/// </summary>
internal static class DuckDbLibrary
{
    private const string FileName = "libduckdb.so";
    private static readonly string InPackages = Path.Combine("ops", "native", "node_modules", "@duckdb", "node-bindings-linux-x64", FileName);

    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name is not NativeMethods.Library)
            return 0;
        var found = Places().FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"{FileName} was not found. Run ops/setup, or set ESA_NATIVE_DIR to the folder that holds it.");
        return NativeLibrary.Load(found);
    }

    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable("ESA_NATIVE_DIR") is { Length: > 0 } chosen)
            yield return Path.Combine(chosen, FileName);
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, InPackages);
    }
}
