namespace EventSourcedAnomaly.Architecture.Tests;

/// <summary>
/// What breaks a rule today, one a line in a file of <c>Exceptions/</c>. The lists only shrink: a new violation fails, and so does a line
/// that is no violation any more. With <c>ESA_WRITE_EXCEPTIONS=1</c> in the environment a run writes them anew, to look at before it is
/// committed.
/// </summary>
internal static class PresentExceptions
{
    /// <summary>Compares what breaks a rule with what is known to.</summary>
    /// <param name="list">The list's name, without its ending.</param>
    /// <param name="violations">What breaks the rule.</param>
    public static void Allow(string list, IEnumerable<string> violations)
    {
        var (known, found) = (Read(list), violations.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray());
        if (Environment.GetEnvironmentVariable("ESA_WRITE_EXCEPTIONS") is { Length: > 0 })
        {
            File.WriteAllLines(Path.Combine(SourceTree.Root, "tests", "Architecture.Tests", "Exceptions", $"{list}.txt"), found);
            return;
        }

        Assert.True(!found.Except(known).Any(), $"These are new and break the rule:\n{string.Join('\n', found.Except(known))}");
        Assert.True(!known.Except(found).Any(), $"These are gone: cross them off {list}.txt:\n{string.Join('\n', known.Except(found))}");
    }

    private static string[] Read(string list)
    {
        using var stream = typeof(PresentExceptions).Assembly.GetManifestResourceStream(list);
        if (stream is null)
        {
            return [];
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
