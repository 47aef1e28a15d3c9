using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>The folder that configuration files, and the samples that they name, are read from; nothing outside of it is.</summary>
internal sealed class ConfigurationRoot(ServerSettings settings)
{
    /// <summary>
    /// The file that a caller's relative path stands for. The folder's own name may lead it, as in <c>configs/train.yaml</c>.
    /// </summary>
    /// <param name="field">The field that names the file.</param>
    /// <param name="given">The path as given.</param>
    /// <param name="extensions">What its name may end with.</param>
    public FileInfo Resolve(string field, string given, params IReadOnlyList<string> extensions)
    {
        var segments = given.Split('/', '\\');
        var expected = $"a relative path below the configuration root, without '..', ending with {string.Join(" or ", extensions)}";
        if (given.Length is 0 or > 500 || given.Contains('\0') || Path.IsPathRooted(given) || given.StartsWith('\\')
            || segments.Contains("..") || segments[0].Contains(':')
            || !extensions.Contains(Path.GetExtension(given), StringComparer.OrdinalIgnoreCase))
        {
            throw Problem.Invalid(field, expected, given);
        }

        var root = new DirectoryInfo(Path.TrimEndingDirectorySeparator(settings.ConfigDirectory));
        var found = Find(root, segments) ?? (segments[0] == root.Name ? Find(root, segments[1..]) : null);
        return found ?? throw new Problem(ProblemKind.Invalid,
            $"{field}: there is no file with content '{given}' below the configuration root.", field, expected);
    }

    private static FileInfo? Find(DirectoryInfo root, IReadOnlyList<string> segments)
    {
        var home = Real(root.FullName);
        var real = Real(Path.Combine([root.FullName, .. segments]));
        // Links are followed, but not out of the root. What is no file but can be opened like one, such as a pipe, has no length.
        return real is not null && real.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && new FileInfo(real) is { Exists: true, Length: > 0 } file ? file : null;
    }

    // Null for links that lead in a circle.
    private static string? Real(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var segment in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new FileInfo(Path.Combine(real, segment));
            try
            {
                real = next.LinkTarget is null ? next.FullName : next.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next.FullName;
            }
            catch (IOException)
            {
                return null;
            }
        }

        return real;
    }
}
