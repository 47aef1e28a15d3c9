using System.Reflection;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>Which build this is.</summary>
/// <param name="Release">The released version, such as 1.0.0.</param>
/// <param name="Version">The version with the revision it was built from; stands on every model and prediction.</param>
internal sealed record BuildInfo(string Release, string Version)
{
    /// <summary>This build.</summary>
    public static BuildInfo Current { get; } = From(typeof(BuildInfo).Assembly);

    private static BuildInfo From(Assembly assembly)
    {
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        return new BuildInfo(version.Split('+')[0], version);
    }
}
