using System.Text;

namespace EventSourcedAnomaly.Ledger.Tests;

/// <summary>The form that is hashed never changes for an event that is stored.</summary>
public sealed class ExportLineTests
{
    internal static RecordedEvent Event { get; } = new(
        7, 4, Guid.Parse("0192d3a4-0000-7000-8000-000000000001"), "acme", "detector-1", 2, "detector_renamed", 3,
        new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero).AddMicroseconds(6), new EventMetadata("user:ada", "request-1", "command-1"),
        """{"name": "Größe <b>"}"""u8.ToArray());

    [Fact]
    public void It_has_one_order_of_members_and_the_data_as_they_are_stored() => Assert.Equal(
        """
        {"seq":7,"leaf":4,"id":"0192d3a4-0000-7000-8000-000000000001","tenant":"acme","stream":"detector-1","version":2,"type":"detector_renamed","schema_version":3,
        """
        + """
        "timestamp":"2024-01-02T03:04:05.000006Z","actor":"user:ada","correlation_id":"request-1","causation_id":"command-1","data":{"name": "Größe <b>"}}
        """,
        Encoding.UTF8.GetString(ExportLine.Bytes(Event)));

    [Fact]
    public void What_is_not_there_is_null_and_an_event_that_the_ledger_has_not_reached_has_no_leaf()
    {
        var line = Encoding.UTF8.GetString(ExportLine.Bytes(Event with { Leaf = null, Metadata = new EventMetadata("system:x") }));

        Assert.StartsWith("{\"seq\":7,\"id\":", line, StringComparison.Ordinal);
        Assert.Contains("\"correlation_id\":null,\"causation_id\":null", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_are_written_in_UTC_whatever_the_zone_they_came_in() => Assert.Equal(
        "2024-01-01T23:30:00.000000Z", ExportLine.FormatTime(new DateTimeOffset(2024, 1, 2, 1, 0, 0, TimeSpan.FromMinutes(90))));
}
