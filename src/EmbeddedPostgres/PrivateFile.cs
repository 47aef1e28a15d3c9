namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>Files that only their owner may read (mode 0600).</summary>
public static class PrivateFile
{
    /// <summary>Writes beside the file and renames, so a reader sees the old text or the new, never half of one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">What it shall hold.</param>
    /// <param name="ct">Stops the writing; the file is then as it was.</param>
    public static async Task ReplaceAsync(string path, string text, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("File modes need a Unix system.");
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var writer = new StreamWriter(beside, options))
            await writer.WriteAsync(text.AsMemory(), ct);
        File.Move(beside, path, overwrite: true);
    }
}
