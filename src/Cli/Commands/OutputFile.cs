using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>Where a command writes.</summary>
internal static class OutputFile
{
    /// <summary>The file to write, which never is the one that is read.</summary>
    /// <exception cref="ParameterException">They are the same.</exception>
    public static string Separate(string output, string input) =>
        string.Equals(output, input, StringComparison.Ordinal)
            ? throw new ParameterException("--output", "another file than the input", output)
            : output;
}
