using System.Globalization;

namespace EventSourcedAnomaly.Datasets.Tests;

/// <summary>Points in time as PostgreSQL, pandas and logs write them.</summary>
public sealed class TimestampTests : UploadFolder
{
    [Theory]
    [InlineData("2024-03-01 00:00:00+02", "2024-02-29T22:00:00Z")]
    [InlineData("2024-03-01 00:00:00+0200", "2024-02-29T22:00:00Z")]
    [InlineData("2024-03-01T00:00:00-05:30", "2024-03-01T05:30:00Z")]
    [InlineData("2024-03-01T00:00:00.123456789Z", "2024-03-01T00:00:00.123456Z")]
    [InlineData("2024-03-01T00:00:00.1234567", "2024-03-01T00:00:00.123456Z")]
    [InlineData("2024-03-01 00:00:00 UTC", "2024-03-01T00:00:00Z")]
    [InlineData("2024-03-01 00:00:00 +0100", "2024-02-29T23:00:00Z")]
    [InlineData("2024-03-01T24:00", "2024-03-02T00:00:00Z")]
    [InlineData("2024-03-01", "2024-03-01T00:00:00Z")]
    public void A_time_is_read_alike_from_a_file_and_from_a_text(string text, string expected)
    {
        var time = DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture);

        Assert.Equal([[time.UtcDateTime], [time.UtcDateTime]], Rows(Write("a.csv", $"t\n{text}\n{text}\n")));
        Assert.Equal([[time.UtcDateTime], [null]], Rows(Write("a.json", $$"""[{"t": "{{text}}"}, {"t": null}]""")));
        Assert.True(Timestamps.TryParse(text, out var microseconds));
        Assert.Equal((time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, microseconds);
    }

    [Theory]
    [InlineData("05.02.2024 11:00")]
    [InlineData("02/05/2024")]
    [InlineData("11:00")]
    [InlineData("2024-02-30")]
    [InlineData("2024-03-01T24:30")]
    [InlineData("2024-03-01 00:00:00 CET")]
    [InlineData("2024-03-01T00:00:00.")]
    [InlineData("1709251200")]
    public void Anything_else_is_no_time(string text) => Assert.False(Timestamps.TryParse(text, out _));
}
