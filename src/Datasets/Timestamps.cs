using System.Text;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets;

/// <summary>The one reader of points in time, for files, requests and the command line alike.</summary>
public static class Timestamps
{
    private const int MaxLength = 64;

    /// <summary>What it reads, in words.</summary>
    public const string Expectation = "a time in ISO 8601, like 2024-02-29T12:30:15+02:00";

    /// <summary>Reads a point in time in ISO 8601, with <c>Z</c>, <c>+02</c>, <c>+0200</c> or <c>+02:00</c>, else as UTC.</summary>
    /// <param name="text">The text; spaces around it do not matter.</param>
    /// <param name="microseconds">Microseconds since 1970-01-01T00:00:00Z.</param>
    /// <returns>False for anything else, such as <c>02/05/2024</c> or <c>11:00</c>.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out long microseconds)
    {
        microseconds = 0;
        text = text.Trim(' ');
        if (text.Length > MaxLength)
            return false;
        Span<byte> bytes = stackalloc byte[MaxLength];
        return Ascii.FromUtf16(text, bytes, out var count) == System.Buffers.OperationStatus.Done
            && TimestampText.TryParse(bytes[..count], out microseconds);
    }
}
