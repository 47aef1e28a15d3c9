using System.Text.RegularExpressions;

namespace EventSourcedAnomaly.Architecture.Tests;

/// <summary>A C# file of the repository.</summary>
/// <param name="Path">Its path from the repository's root, with slashes.</param>
/// <param name="Text">What stands in it.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>Its name without the ending.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The types that it declares, those within others apart.</summary>
    public IReadOnlyList<string> Types { get; } = [.. TypeDeclaration().Matches(Text).Select(match => match.Groups["name"].Value)];

    /// <summary>The feature of the server that it belongs to; null for none.</summary>
    public string? Feature { get; } = FeatureFolder().Match(Path) is { Success: true } match ? match.Groups["feature"].Value : null;

    /// <summary>The words of its code, comments and texts apart.</summary>
    public IReadOnlySet<string> Words =>
        Word().Matches(Text_().Replace(Comment().Replace(Text, string.Empty), "\"\"")).Select(match => match.Value).ToHashSet();

    [GeneratedRegex(@"^(?:public |internal |file )(?:[a-z]+ )*(?:class|record struct|record|struct|interface|enum) (?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^src/Server/Features/(?<feature>\w+)/", RegexOptions.ExplicitCapture)]
    private static partial Regex FeatureFolder();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<!\$)""(?:\\.|[^""\\\n])*""")]
    private static partial Regex Text_();
}

/// <summary>The C# files of the repository as they are, for what a compiled assembly does not tell.</summary>
internal static class SourceTree
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The product's files.</summary>
    public static IReadOnlyList<SourceFile> Product { get; } = Read("src");

    /// <summary>The product's files and those of its tests.</summary>
    public static IEnumerable<SourceFile> All => Product.Concat(Read("tests"));

    private static SourceFile[] Read(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path)))),
    ];

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "EventSourcedAnomaly.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run within the repository.");
    }
}
