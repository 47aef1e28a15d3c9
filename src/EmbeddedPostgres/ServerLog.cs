namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>The file the server writes its log to, one earlier generation kept.</summary>
internal sealed class ServerLog(string file)
{
    private const long RotateAtBytes = 16 << 20;
    private const int ShownBytes = 4096;
    private long _start;

    public string File { get; } = file;

    /// <summary>Marks where the coming start's messages begin.</summary>
    public void BeginStart()
    {
        var info = new FileInfo(File);
        if (info.Exists && info.Length > RotateAtBytes)
            info.MoveTo(File + ".1", overwrite: true);
        _start = new FileInfo(File) is { Exists: true } current ? current.Length : 0;
    }

    public bool SaysPortTaken() => LastStart().Contains("Address already in use", StringComparison.Ordinal);

    /// <summary>What the server wrote since <see cref="BeginStart"/>, at most the last few kilobytes.</summary>
    public string LastStart()
    {
        if (!System.IO.File.Exists(File))
            return "(nothing)";
        using var stream = new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Max(Math.Min(_start, stream.Length), stream.Length - ShownBytes);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
