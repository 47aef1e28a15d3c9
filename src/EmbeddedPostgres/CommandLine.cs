using System.ComponentModel;
using System.Diagnostics;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>What a finished command left: its exit code and both of its outputs.</summary>
internal readonly record struct CommandResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs short-lived programs to their end.</summary>
internal static class CommandLine
{
    public static async Task<CommandResult> RunAsync(IEnumerable<string> command, string? input, CancellationToken ct)
    {
        using var process = Launch(StartInfo(command));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await process.StandardInput.WriteAsync(input.AsMemory(), ct);
            process.StandardInput.Close();
            await process.WaitForExitAsync(ct);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public static async Task<string> RequireAsync(IEnumerable<string> command, string? input, string purpose, CancellationToken ct)
    {
        var result = await RunAsync(command, input, ct);
        return result.Succeeded
            ? result.Output
            : throw new EmbeddedPostgresException($"Could not {purpose}: {(result.Error + result.Output).Trim()}");
    }

    /// <summary>A process that starts in the root folder, because the account it changes to may be unable to enter ours.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> command)
    {
        var info = new ProcessStartInfo
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var words = command.ToArray();
        info.FileName = words[0];
        foreach (var word in words[1..])
            info.ArgumentList.Add(word);
        ForgetPostgresVariables(info.Environment);
        info.Environment["LC_ALL"] = "C";
        return info;
    }

    private static Process Launch(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info) ?? throw new EmbeddedPostgresException($"'{info.FileName}' did not start.");
        }
        catch (Win32Exception e)
        {
            throw new EmbeddedPostgresException($"'{info.FileName}' cannot be run: {e.Message}", e);
        }
    }

    /// <summary>A PGDATA or PGPORT of the user's own shell must not steer this server.</summary>
    private static void ForgetPostgresVariables(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToArray())
            environment.Remove(name);
    }
}
