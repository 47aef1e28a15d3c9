using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Onnx.Runtime;

/// <summary>
/// Finds <c>libonnxruntime.so.1</c>: in the folder the environment variable <c>ESA_NATIVE_DIR</c> names, beside the assembly, or in
/// <c>ops/native/node_modules</c> of a folder above it.
/// </summary>
internal static class OnnxRuntimeLibrary
{
    private const string FileName = "libonnxruntime.so.1";
    private static readonly string InPackages =
        Path.Combine("ops", "native", "node_modules", "onnxruntime-node", "bin", "napi-v6", "linux", "x64", FileName);

    /// <exception cref="DllNotFoundException">The library is in none of the places.</exception>
    public static nint Load() => NativeLibrary.Load(Places().FirstOrDefault(File.Exists)
        ?? throw new DllNotFoundException($"{FileName} was not found. Run ops/setup, or set ESA_NATIVE_DIR to the folder that holds it."));

    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable("ESA_NATIVE_DIR") is { Length: > 0 } chosen)
            yield return Path.Combine(chosen, FileName);
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, InPackages);
    }
}
